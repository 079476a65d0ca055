public import Checksums
public import ObjectStorage

/// Where the listing of one side stands.
public enum InventoryState: Hashable, Sendable {
  case notStarted
  /// Pages up to this position are stored.
  case listing(next: ListPosition?)
  /// Several pieces of it are under way.
  case divided
  case complete
}

/// Counts of a job.
///
/// The law: `total = completed + error + skipped + pending`.
public struct Tally: Hashable, Sendable {
  public var total: Int64 = 0
  public var completed: Int64 = 0
  public var error: Int64 = 0
  public var skipped: Int64 = 0
  public var pending: Int64 = 0
  /// Sizes of the source objects, in bytes.
  public var bytesTotal: Int64 = 0
  public var bytesCompleted: Int64 = 0
  /// Sizes of the objects that have a list, whichever it is.
  public var bytesEnded: Int64 = 0
  /// Bytes that were sent to the destination, repeats included.
  public var bytesSent: Int64 = 0
  /// Completed objects by proof.
  public var proofs: [Proof: Int64] = [:]
  /// Objects of the error list by class.
  public var errors: [ErrorClass: Int64] = [:]
  /// Completed objects that the destination had already.
  public var foundEqual: Int64 = 0
  /// Keys that a listing named on more than one page.
  public var duplicates: Int64 = 0
  /// Keys of the destination's inventory that the source does not have.
  public var extra: Int64 = 0

  public init() {}

  public var isBalanced: Bool { total == completed + error + skipped + pending }
}

/// One object as the reports show it.
public struct ObjectRow: Sendable {
  public var source: ListedObject
  public var destinationKey: ObjectKey
  public var list: ListName
  public var proof: Proof?
  /// The algorithm of the two equal digests that the proof rests on.
  public var proofAlgorithm: ChecksumAlgorithm?
  public var errorClass: ErrorClass?
  /// The error message or the reason for skipping; empty for completed and pending objects.
  public var message: String
  public var sent: Bool
  public var attempts: Int
  /// Requests to store that all attempts took.
  public var tries: Int
  public var bytesSent: Int64
  public var startedAt: Timestamp?
  public var endedAt: Timestamp?
  public var destination: Generation?
  /// The generation of the source that was judged; nil where none was.
  public var judged: Generation?
  public var evidence: [Evidence]
  public var requestIDs: [String]
  public var notes: [String]
  /// When the proof was reached; an audit that finds both sides unchanged leaves it.
  public var provenAt: Timestamp?
  /// Nil where the metadata was not compared.
  public var metadata: MetadataVerdict?
  /// Why what stood at the destination was overwritten; nil where nothing was.
  public var overwrote: String?

  public init(
    source: ListedObject, destinationKey: ObjectKey, list: ListName, proof: Proof? = nil,
    errorClass: ErrorClass? = nil, message: String = "", sent: Bool = false, attempts: Int = 0,
    bytesSent: Int64 = 0, startedAt: Timestamp? = nil, endedAt: Timestamp? = nil,
    destination: Generation? = nil, evidence: [Evidence] = [], requestIDs: [String] = [],
    notes: [String] = [],
    provenAt: Timestamp? = nil, metadata: MetadataVerdict? = nil, proofAlgorithm: ChecksumAlgorithm? = nil,
    tries: Int = 0, overwrote: String? = nil, judged: Generation? = nil
  ) {
    self.source = source
    self.destinationKey = destinationKey
    self.list = list
    self.proof = proof
    self.errorClass = errorClass
    self.message = message
    self.sent = sent
    self.attempts = attempts
    self.bytesSent = bytesSent
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.destination = destination
    self.evidence = evidence
    self.requestIDs = requestIDs
    self.notes = notes
    self.provenAt = provenAt
    self.metadata = metadata
    self.proofAlgorithm = proofAlgorithm
    self.tries = tries
    self.overwrote = overwrote
    self.judged = judged
  }
}

/// What moved in one second of a run.
public struct ThroughputSample: Hashable, Sendable {
  /// When the second began.
  public var at: Timestamp
  /// Bytes of bodies that came from the source, repeats included.
  public var bytes: Int64
  /// Objects that ended.
  public var objects: Int64
  /// The most transfers that were on their way at a time.
  public var inFlight: Int64
  /// Requests that were sent again.
  public var retries: Int64

  public init(at: Timestamp, bytes: Int64, objects: Int64, inFlight: Int64 = 0, retries: Int64 = 0) {
    self.at = at
    self.bytes = bytes
    self.objects = objects
    self.inFlight = inFlight
    self.retries = retries
  }
}
