import AuditLedger
import Checksums
import ObjectStorage

/// Holds the rows of `objects.csv` against the hashes that were written beside them, and finds the first that does
/// not fit.
struct RowCheck {
  /// A row as it is read.
  private struct Row {
    var leaf: Checksum
    var record: [UInt8]
    var endsWell: Bool

    var key: String { shownSafely(String(decoding: record.prefix { $0 != 44 }.prefix(3072), as: UTF8.self)) }

    /// The fifth cell; none before it is ever between quotation marks.
    var list: ListName? {
      let cells = record.split(separator: 44, maxSplits: 5, omittingEmptySubsequences: false)
      return cells.count > 5 ? ListName(rawValue: String(decoding: cells[4], as: UTF8.self)) : nil
    }
  }

  private let table: InputFile
  private let hashes: InputFile
  private var held: Row?
  private var heldHash: Checksum?
  private(set) var tree = MerkleTree()
  private(set) var hashesTree = MerkleTree()
  private(set) var counts: [ListName: Int64] = [:]
  /// What the first row that does not fit is, and its number; nil where all do.
  private(set) var finding: String?

  init(table: InputFile, hashes: InputFile) {
    self.table = table
    self.hashes = hashes
  }

  /// Reads both files to their ends.
  mutating func run() throws(SealFault) {
    let header = try table.line()
    if header.map({ Array($0.bytes) }) != Array("\(ObjectTable.header)\r".utf8) {
      finding = "the first line does not name the columns of this kind of report"
    }
    var number: Int64 = 0
    var last = ""
    while true {
      let (row, hash) = (try nextRow(), try nextHash())
      if row == nil && hash == nil { return }
      number += 1
      if finding == nil, row?.leaf != hash || row?.endsWell == false {
        finding = try name(number, row, hash, last)
      }
      if let row {
        tree.add(leaf: row.leaf)
        if let list = row.list { counts[list, default: 0] += 1 }
        last = row.key
      }
      if let hash { hashesTree.add(leaf: hash) }
    }
  }

  private mutating func name(
    _ number: Int64, _ row: Row?, _ hash: Checksum?, _ last: String
  ) throws(SealFault) -> String {
    guard let row else {
      return "row \(number) is missing, behind the key \(last.isEmpty ? "of no row" : last)"
    }
    let place = "row \(number) (line \(number + 1)), key \(row.key),"
    guard let hash else { return "\(place) was added behind the last one" }
    if row.leaf == hash { return "\(place) does not end in CR LF" }
    held = try nextRow()
    heldHash = try nextHash()
    if row.leaf == heldHash {
      return held?.leaf == hash
        ? "rows \(number) and \(number + 1) (lines \(number + 1) and \(number + 2)) are swapped: keys \(row.key) and \(held?.key ?? "")"
        : "row \(number) is missing: one was dropped before the key \(row.key)"
    }
    return held?.leaf == hash ? "\(place) was added" : "\(place) is not the row that was sealed"
  }

  private mutating func nextRow() throws(SealFault) -> Row? {
    if let row = held.take() { return row }
    guard let line = try table.line() else { return nil }
    let endsWell = line.isEnded && line.bytes.last == 13
    let record = Array(line.bytes.last == 13 ? line.bytes.dropLast() : line.bytes)
    return Row(leaf: MerkleTree.leaf(record), record: record, endsWell: endsWell)
  }

  /// A line that is no hash stands for one that fits to nothing.
  private mutating func nextHash() throws(SealFault) -> Checksum? {
    if let hash = heldHash.take() { return hash }
    guard let line = try hashes.line() else { return nil }
    return Checksum(.sha256, hex: String(decoding: line.bytes, as: UTF8.self)) ?? .of([], .sha256)
  }
}
