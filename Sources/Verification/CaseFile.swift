public import AuditLedger
public import Checksums

/// Everything that is known of one object when it is judged.
public struct CaseFile: Sendable {
  /// The generation of the source that is judged: that of the inventory row, with what an answer adds to it.
  public var listed: Generation
  /// What stands at the destination; nil where it does not have the key.
  public var destination: Generation?
  /// Digests of both sides; rows that speak of another generation of their side are not looked at.
  public var evidence: [Evidence]
  /// Bytes that came out of the source's socket; nil where nothing was read.
  public var streamedBytes: Int64?
  /// The MD5 that was sent as `Content-MD5` and accepted, in this run or in the one that sent the object.
  public var contentMD5: Checksum?
  /// Whether the destination was seen, in that run, to refuse a false `Content-MD5`.
  public var contentMD5Honoured: Bool
  /// Whether what the source reports as an MD5 is one for sure.
  public var sourceMD5IsCertain: Bool
  /// Whether a 32-digit ETag of the destination can only be an MD5 where the store says so.
  public var destinationMD5IsCertain: Bool
  /// Whether rebuilt multipart ETags were cut as the source itself says that it was cut, and not as was guessed.
  public var partSizesAreTheSources: Bool
  /// The multipart ETag that the parts which were sent have to give, where the destination's ETags are known to be
  /// digests.
  public var uploadETag: Checksum?
  /// Whether the source shows an encryption whose ETags are no digests.
  public var sourceIsEncrypted: Bool
  /// Whether digests that somebody else computed count.
  public var acceptsImported: Bool

  public init(
    listed: Generation, destination: Generation?, evidence: [Evidence], streamedBytes: Int64?,
    contentMD5: Checksum? = nil, contentMD5Honoured: Bool = false, sourceMD5IsCertain: Bool = true,
    destinationMD5IsCertain: Bool, partSizesAreTheSources: Bool = false, uploadETag: Checksum? = nil,
    sourceIsEncrypted: Bool = false,
    acceptsImported: Bool = false
  ) {
    self.listed = listed
    self.destination = destination
    self.evidence = evidence
    self.streamedBytes = streamedBytes
    self.contentMD5 = contentMD5
    self.contentMD5Honoured = contentMD5Honoured
    self.sourceMD5IsCertain = sourceMD5IsCertain
    self.destinationMD5IsCertain = destinationMD5IsCertain
    self.partSizesAreTheSources = partSizesAreTheSources
    self.uploadETag = uploadETag
    self.sourceIsEncrypted = sourceIsEncrypted
    self.acceptsImported = acceptsImported
  }
}
