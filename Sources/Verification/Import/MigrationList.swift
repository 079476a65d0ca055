import AuditLedger
import Checksums
import ObjectStorage

/// The lists of Data Online Migration, of both generations, and this tool's own.
///
/// The older completed list has name, size, CRC-64 and time; the newer total list has both sides' names, sizes, MD5s
/// and CRC-64s in columns of their own. Separator, header and the spelling of names are not documented: they are
/// taken from the first rows, and a later row that contradicts them is a problem.
struct MigrationList: EvidenceFormat {
  let namesAreWholeKeys = true
  private let side: Side
  private let sourceKind: StoreLocation.Kind
  private var layout: Layout?
  private var spelling = NameSpelling()

  private enum Layout {
    case narrow(NarrowMigrationRow.Separator)
    case wide(WideMigrationColumns)
  }

  init(side: Side, sourceKind: StoreLocation.Kind) {
    self.side = side
    self.sourceKind = sourceKind
  }

  mutating func read(_ line: EvidenceLine) -> [EvidenceFinding] {
    guard !line.bytes.trimmed.isEmpty else { return [] }
    if layout == nil {
      if let columns = WideMigrationColumns(header: line.bytes, side: side) {
        layout = .wide(columns)
        return []
      }
      layout = Self.layout(of: line.bytes, side: side)
      if layout == nil && NarrowMigrationRow.isHeader(line.bytes) { return [] }
    }
    do throws(EvidenceProblem) {
      return [EvidenceFinding(line: line.number, try content(line.bytes))]
    } catch {
      return [EvidenceFinding(line: line.number, .problem(error.cause))]
    }
  }

  /// Whether a line is a row or a header of such a list.
  static func recognises(_ bytes: ArraySlice<UInt8>) -> Bool {
    WideMigrationColumns(header: bytes, side: .source) != nil || layout(of: bytes, side: .source) != nil
      || NarrowMigrationRow.isHeader(bytes)
  }

  private static func layout(of bytes: ArraySlice<UInt8>, side: Side) -> Layout? {
    if let columns = WideMigrationColumns(row: bytes, side: side) { return .wide(columns) }
    return NarrowMigrationRow.Separator.allCases.first { NarrowMigrationRow(bytes, $0) != nil }
      .map { .narrow($0) }
  }

  private mutating func content(_ bytes: ArraySlice<UInt8>) throws(EvidenceProblem) -> EvidenceFinding.Content
  {
    switch layout {
    case .narrow(let separator):
      guard let row = NarrowMigrationRow(bytes, separator) else { throw Self.unreadable }
      guard let checksum = row.checksum else { return .withoutDigest }
      let key = try spelling.key(row.name)
      return .row(EvidenceRow(name: key, checksums: [checksum], size: row.size))
    case .wide(let columns):
      guard let row = try columns.row(bytes, takesCRC: side == .destination || sourceKind != .s3) else {
        return .withoutDigest
      }
      return .row(row)
    case nil: throw Self.unreadable
    }
  }

  private static let unreadable = EvidenceProblem(
    "neither name, size, CRC-64 and time, nor the columns of a total list, in the separator of the first row")
}
