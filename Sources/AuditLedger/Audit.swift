public import Checksums
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

  public init(reading: String, required: String, sample: SampleWindow? = nil) {
    self.reading = reading
    self.required = required
    self.sample = sample
  }
}

/// What an audit did.
public struct AuditCounts: Hashable, Sendable {
  /// Objects that stay proven because neither side changed.
  public var kept: Int64 = 0
  public var objectsRead: Int64 = 0
  /// Bytes that came from either side.
  public var bytesRead: Int64 = 0
  /// Objects of the sample that were read.
  public var sampled: Int64 = 0
  /// Objects of the sample that were found wrong.
  public var sampledWrong: Int64 = 0

  public init() {}
}

/// One verification of a job's objects against what stands on both sides now.
public struct AuditRecord: Hashable, Sendable {
  public var id: Int64
  public var settings: AuditSettings
  public var startedAt: Timestamp
  /// Nil for one that was stopped; the next one with the same settings goes on from it.
  public var endedAt: Timestamp?
  public var counts: AuditCounts

  public init(
    id: Int64, settings: AuditSettings, startedAt: Timestamp, endedAt: Timestamp? = nil,
    counts: AuditCounts = AuditCounts()
  ) {
    self.id = id
    self.settings = settings
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.counts = counts
  }
}

/// What was proven of a key earlier, and of which generations.
public struct EarlierProof: Hashable, Sendable {
  public var proof: Proof
  public var provenAt: Timestamp?
  public var source: Generation
  public var destination: Generation
  /// Whether the source published a digest of the whole object then.
  public var sourceHadDigest: Bool

  public init(
    proof: Proof, provenAt: Timestamp?, source: Generation, destination: Generation, sourceHadDigest: Bool
  ) {
    self.proof = proof
    self.provenAt = provenAt
    self.source = source
    self.destination = destination
    self.sourceHadDigest = sourceHadDigest
  }
}

/// A key that an audit has to look at: both inventories' rows, and what is known from before.
public struct AuditPair: Sendable {
  public var source: ListedObject
  /// False where the latest listing of the source does not name the key any more.
  public var sourceIsThere: Bool
  public var destinationKey: ObjectKey
  public var destination: ListedObject?
  public var earlier: EarlierProof?
  /// The plan left the key out or refused it.
  public var isExcluded: Bool

  public init(
    source: ListedObject, sourceIsThere: Bool, destinationKey: ObjectKey, destination: ListedObject?,
    earlier: EarlierProof?, isExcluded: Bool
  ) {
    self.source = source
    self.sourceIsThere = sourceIsThere
    self.destinationKey = destinationKey
    self.destination = destination
    self.earlier = earlier
    self.isExcluded = isExcluded
  }
}

/// What of an object's headers and user metadata was found at the destination.
public enum MetadataVerdict: Hashable, Sendable {
  case equal
  /// One sentence a field.
  case differs([String])
}

/// A digest that somebody else computed.
public struct ImportedDigest: Hashable, Sendable {
  public var side: Side
  /// The key on that side.
  public var key: ObjectKey
  public var checksum: Checksum
  /// What the row says of the object that it speaks of.
  public var size: Int64?
  public var eTag: ETag?
  public var versionID: String?
  public var modifiedAt: Timestamp?
  public var file: String
  /// From 1.
  public var line: Int64
  /// Tells several digests of one line apart.
  public var ordinal: Int

  public init(
    side: Side, key: ObjectKey, checksum: Checksum, size: Int64? = nil, eTag: ETag? = nil,
    versionID: String? = nil, modifiedAt: Timestamp? = nil, file: String, line: Int64, ordinal: Int = 0
  ) {
    self.side = side
    self.key = key
    self.checksum = checksum
    self.size = size
    self.eTag = eTag
    self.versionID = versionID
    self.modifiedAt = modifiedAt
    self.file = file
    self.line = line
    self.ordinal = ordinal
  }
}
