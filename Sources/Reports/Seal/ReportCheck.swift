public import Checksums

/// What became of holding a report against its seal.
public struct ReportCheck: Hashable, Sendable {
  /// What stands behind the seal itself.
  public enum Signature: Hashable, Sendable {
    /// There is none: who can write the report can write its seal.
    case absent
    /// There is one, and no key was given to check it with.
    case unchecked
    /// It is that of the key that was given.
    case valid
    /// There is one, and it is not that of the key that was given.
    case invalid
  }

  /// What does not fit, the first one first: a file, or a row of it, and how.
  ///
  /// Empty where all fits.
  public internal(set) var findings: [String] = []
  public internal(set) var signature = Signature.absent
  /// What the seal says; nil where there is no usable one.
  public internal(set) var root: Checksum?
  public internal(set) var objects: Int64 = 0
  public internal(set) var files = 0

  public var fits: Bool { findings.isEmpty && root != nil }
}

/// Holds the report in a folder against its seal, and the seal against a key and a root that were kept elsewhere.
public func checkReport(
  at directory: String, publicKey: Ed25519PublicKey? = nil, root: Checksum? = nil
) -> ReportCheck {
  var checker = ReportChecker(directory)
  checker.run(publicKey, root)
  return checker.check
}
