public import Checksums
public import ObjectStorage
public import SavedReports

/// Reads one kind of report, a line at a time.
///
/// Two names that differ in a byte are two names: nothing is normalised, and what can be read in two ways is a
/// problem and no row.
public protocol EvidenceFormat: Sendable {
  /// Whether a name is a key of the bucket as it stands, or one below the address of the side.
  var namesAreWholeKeys: Bool { get }
  /// What one line says, in the order of the file; empty for headers, blank lines and pieces of a longer value.
  mutating func read(_ line: ReportLine) -> [EvidenceFinding]
  /// A line that was too long to be read and is lost; says so, once.
  mutating func lose(line: Int64) -> [EvidenceFinding]
  /// What the end of the file says; asked once, after the last line.
  mutating func finish() -> [EvidenceFinding]
}

extension EvidenceFormat {
  public mutating func lose(line: Int64) -> [EvidenceFinding] {
    [EvidenceFinding(line: line, .problem("a line of more than 1 MiB"))]
  }

  public mutating func finish() -> [EvidenceFinding] { [] }
}

/// What a report says of one object.
public struct EvidenceRow: Hashable, Sendable {
  public var name: ObjectKey
  /// At least one.
  public var checksums: [Checksum]
  /// The bucket that the row names; nil where it names none.
  public var bucket: String?
  /// In bytes.
  public var size: Int64?
  public var eTag: ETag?
  public var versionID: String?
  public var modifiedAt: Timestamp?

  public init(
    name: ObjectKey, checksums: [Checksum], bucket: String? = nil, size: Int64? = nil, eTag: ETag? = nil,
    versionID: String? = nil, modifiedAt: Timestamp? = nil
  ) {
    self.name = name
    self.checksums = checksums
    self.bucket = bucket
    self.size = size
    self.eTag = eTag
    self.versionID = versionID
    self.modifiedAt = modifiedAt
  }
}

/// One row of a report, read.
public struct EvidenceFinding: Hashable, Sendable {
  public enum Content: Hashable, Sendable {
    case row(EvidenceRow)
    /// The row is as it should be and has no digest that could be compared.
    case withoutDigest
    /// Why the row cannot be read; safe to show.
    case problem(String)
  }

  /// Where the row begins, from 1.
  public var line: Int64
  public var content: Content

  public init(line: Int64, _ content: Content) {
    self.line = line
    self.content = content
  }
}
