public import ObjectStorage

/// Which objects of an audit are read: those whose key's place lies in the window.
///
/// The place of a key is a hash of it, so a window is a random choice that can be named, and windows that follow
/// one another reach every object in turn.
public struct SampleWindow: Hashable, Sendable {
  /// Places are counted up to this number, not included.
  public static let places: Int64 = 1 << 32

  /// As it was asked for.
  public var text: String
  /// The first place.
  public var from: Int64
  /// The place behind the last one; not larger than `from` where the window goes on at 0.
  public var to: Int64

  public init(text: String, from: Int64, to: Int64) {
    self.text = text
    self.from = from
    self.to = to
  }

  public func contains(_ place: Int64) -> Bool {
    from < to ? place >= from && place < to : place >= from || place < to
  }
}

/// What an audit was asked to do; a stopped one goes on only with the same.
public struct AuditSettings: Hashable, Sendable {
  /// Which sides may be read: `none`, `destination` or `both`.
  public var reading: String
  public var required: String
  public var sample: SampleWindow?
  /// Digests that somebody else computed count.
  public var acceptsImported: Bool
  public var comparesMetadata: Bool
  public var comparesTags: Bool
  /// ETags count for nothing.
  public var distrustsETags: Bool
  /// Nothing is listed: the inventories are those that the ledger holds.
  public var takesInventories: Bool
  /// The filters as they were asked for; empty where there were none.
  public var filters: String

  public init(
    reading: String, required: String, sample: SampleWindow? = nil, acceptsImported: Bool = false,
    comparesMetadata: Bool = false, comparesTags: Bool = false, distrustsETags: Bool = false,
    takesInventories: Bool = false, filters: String = ""
  ) {
    self.reading = reading
    self.required = required
    self.sample = sample
    self.acceptsImported = acceptsImported
    self.comparesMetadata = comparesMetadata
    self.comparesTags = comparesTags
    self.distrustsETags = distrustsETags
    self.takesInventories = takesInventories
    self.filters = filters
  }

  /// Whether both ask for the same.
  ///
  /// The window of a sample moves on between two audits that were asked for alike.
  func asksTheSame(as other: AuditSettings) -> Bool {
    var (one, other) = (self, other)
    let isSameSample = one.sample?.text == other.sample?.text
    one.sample = nil
    other.sample = nil
    return isSameSample && one == other
  }
}

/// What an audit did.
public struct AuditCounts: Hashable, Sendable {
  /// Objects that stay proven because neither side changed.
  public var kept: Int64 = 0
  public var objectsRead: Int64 = 0
  /// Bytes that came from either side.
  public var bytesRead: Int64 = 0
  /// Objects of the sample whose bytes at the destination were proven by reading them, or that ended in an error.
  public var sampled: Int64 = 0
  /// Those of them that ended in an error, however it was found.
  public var sampledWrong: Int64 = 0
  /// Objects of the sample of which neither can be said; they count for nothing.
  public var sampledUnjudged: Int64 = 0
  /// Keys of the source that the filters left out, whatever their list is.
  public var excluded: Int64 = 0
  /// Keys that only the destination has and that the filters left out; they are not among the extra ones.
  public var excludedExtra: Int64 = 0

  public init() {}

  public var isEmpty: Bool { self == AuditCounts() }

  public mutating func add(_ other: AuditCounts) {
    kept += other.kept
    objectsRead += other.objectsRead
    bytesRead += other.bytesRead
    sampled += other.sampled
    sampledWrong += other.sampledWrong
    sampledUnjudged += other.sampledUnjudged
    excluded += other.excluded
    excludedExtra += other.excludedExtra
  }
}

/// One verification of a job's objects against what stands on both sides now.
public struct AuditRecord: Hashable, Sendable {
  public var id: Int64
  public var settings: AuditSettings
  public var startedAt: Timestamp
  /// Nil for one that was stopped; the next one with the same settings goes on from it.
  public var endedAt: Timestamp?
  /// When the listing began that the audit took for the source; nil where that is not known.
  public var sourceListedAt: Timestamp?
  /// The same for the destination.
  public var destinationListedAt: Timestamp?
  /// What it did so far.
  public var counts: AuditCounts

  public init(
    id: Int64, settings: AuditSettings, startedAt: Timestamp, endedAt: Timestamp? = nil,
    sourceListedAt: Timestamp? = nil, destinationListedAt: Timestamp? = nil,
    counts: AuditCounts = AuditCounts()
  ) {
    self.id = id
    self.settings = settings
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.sourceListedAt = sourceListedAt
    self.destinationListedAt = destinationListedAt
    self.counts = counts
  }
}
