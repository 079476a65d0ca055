public import AuditLedger
public import Checksums
public import ObjectStorage

/// What decides how an object is copied.
public struct CopySettings: Sendable {
  /// Larger objects without an MD5 go in parts; in bytes.
  public var singlePutLimit: Int64
  /// Larger objects go in parts even where the source's ETag is an MD5; in bytes.
  public var singlePutLimitWithMD5: Int64
  /// The size of a part unless the object needs larger ones; in bytes.
  public var partSize: Int64
  /// Objects up to this size whose cut is a guess are read in order, so that every usual one is tried; in bytes.
  ///
  /// Of larger ones only the likeliest cut is tried, on ranges that are read side by side.
  public var guessingLimit: Int64
  /// Parts of one object that are on their way at one time, where there are places for so many.
  public var parallelParts: Int
  /// Whether the destination was seen, in this run, to refuse a false `Content-MD5`.
  public var contentMD5Honoured: Bool
  /// What goes with the objects beside their bytes and metadata.
  public var carrying = Carrying()

  /// One stream gives some 100 MB/s, less than sixteen MD5s of it take of a core (0.3 GB/s and more): 16 GiB keep one
  /// object on its way for minutes.
  public init(
    singlePutLimit: Int64 = 64 << 20, singlePutLimitWithMD5: Int64 = 1 << 30, partSize: Int64 = 32 << 20,
    guessingLimit: Int64 = 16 << 30, parallelParts: Int = .max, contentMD5Honoured: Bool = false
  ) {
    self.singlePutLimit = singlePutLimit
    self.singlePutLimitWithMD5 = singlePutLimitWithMD5
    self.partSize = partSize
    self.guessingLimit = guessingLimit
    self.parallelParts = max(1, parallelParts)
    self.contentMD5Honoured = contentMD5Honoured
  }

  /// No store takes larger parts; in bytes.
  public static let largestPart: Int64 = 5 << 30

  /// Whether an object goes in one request, or else in parts.
  func goesInOnePut(_ object: ListedObject, _ limits: WriteLimits) -> Bool {
    let limit = object.eTag?.shape == .md5 ? singlePutLimitWithMD5 : singlePutLimit
    return object.size <= min(limit, limits.maximumPut)
  }
}

/// What a copy or a comparison saw; the verifier judges it.
public struct Observation: Sendable {
  public var evidence: [Evidence]
  /// Bytes that came out of the source's socket; nil where nothing was read.
  public var streamedBytes: Int64?
  /// In bytes; nil where the destination does not have the key.
  public var destinationSize: Int64?
  /// What stands at the destination.
  public var destination: Generation?
  /// The MD5 that was sent as `Content-MD5` and accepted.
  public var contentMD5: Checksum?
  /// The multipart ETag that the parts which were sent have to give; nil where the destination was not seen to take
  /// their MD5s for their ETags.
  public var uploadETag: Checksum?
  public var bytesSent: Int64
  /// The upload that became the object.
  public var completedUpload: UploadID?
  /// Whether the destination itself said that it stored this copy; false where it only has the key.
  public var isStoredByThisCopy = false
  /// What a HEAD of each side said, where it was compared.
  public var attributes: (source: ObjectAttributes?, destination: ObjectAttributes?)
  public var requestIDs: [String]
  public var notes: [String]

  init(evidence: [Evidence] = [], streamedBytes: Int64? = nil, bytesSent: Int64 = 0) {
    self.evidence = evidence
    self.streamedBytes = streamedBytes
    self.bytesSent = bytesSent
    requestIDs = []
    notes = []
  }
}
