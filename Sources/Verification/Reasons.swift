public import AuditLedger

extension UnverifiableReason {
  /// The reason with its meaning and what can be done, for error lists.
  public var sentence: String {
    let meaning =
      switch self {
      case .noCommonDigest:
        "the sides publish no digest of one kind; verify with --read destination"
      case .sizeOnly:
        "one side publishes no digest, so nothing but the size is known; verify with --read destination or both"
      case .weakerThanRequired:
        "what was compared reaches a weaker proof than is required; read more, or require less"
      case .otherGeneration:
        "the digests that are known belong to another generation of the object; verify again"
      case .opaqueETag:
        "ETags of a digest's shape differ, and one of them need not be a digest; verify with --read destination"
      case .partSizesUnknown:
        "the source's multipart ETag was not reached with any usual part size; verify with --read both"
      case .encryptedETag:
        "the source is encrypted so that its ETag is no digest, and publishes no other; verify with --read both"
      }
    return "\(rawValue): \(meaning)"
  }
}
