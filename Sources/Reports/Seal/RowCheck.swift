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

    var key: String { shownKey(record.prefix { $0 != 44 }) }

    /// The fifth cell; none before it is ever between quotation marks.
    var list: ListName? {
      let cells = record.split(separator: 44, maxSplits: 5, omittingEmptySubsequences: false)
      return cells.count > 5 ? ListName(rawValue: String(decoding: cells[4], as: UTF8.self)) : nil
    }
  }

  /// The hash of a row and its key, as they were written beside it.
  private struct Sealed {
    var leaf: Checksum
    var spelling: [UInt8]

    var key: String { shownKey(spelling) }
  }

  private let table: InputFile
  private let hashes: InputFile
  private var heldRow: Row?
  private var heldSealed: Sealed?
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
    while true {
      let (row, sealed) = (try nextRow(), try nextSealed())
      if row == nil && sealed == nil { return }
      number += 1
      if finding == nil, row?.leaf != sealed?.leaf || row?.endsWell == false {
        finding = try name(number, row, sealed)
      }
      if let row { count(row) }
      if let sealed { hashesTree.add(leaf: sealed.leaf) }
    }
  }

  private mutating func count(_ row: Row) {
    tree.add(leaf: row.leaf)
    if let list = row.list { counts[list, default: 0] += 1 }
  }

  /// Says what is wrong with a row that does not fit, from the one behind it.
  private mutating func name(_ number: Int64, _ row: Row?, _ sealed: Sealed?) throws(SealFault) -> String {
    let place = "row \(number) (line \(number + 1)), key \(row?.key ?? sealed?.key ?? ""),"
    guard let row else { return "\(place) is missing, and all behind it" }
    guard let sealed else { return "\(place) was added behind the last one" }
    if row.leaf == sealed.leaf { return "\(place) does not end in CR LF" }
    heldRow = try nextRow()
    heldSealed = try nextSealed()
    let isNextSealed = row.leaf == heldSealed?.leaf
    let isNextRow = heldRow?.leaf == sealed.leaf
    switch (isNextSealed, isNextRow) {
    case (true, true):
      return "rows \(number) and \(number + 1) (lines \(number + 1) and \(number + 2)) are swapped: "
        + "keys \(row.key) and \(sealed.key)"
    case (true, false):
      return "row \(number), key \(sealed.key), is missing: it stood before the key \(row.key)"
    case (false, true): return "\(place) was added"
    case (false, false):
      let other = row.key == sealed.key ? "" : ", which is that of the key \(sealed.key)"
      return "\(place) is not the row that was sealed\(other)"
    }
  }

  private mutating func nextRow() throws(SealFault) -> Row? {
    if let row = heldRow.take() { return row }
    guard let line = try table.line() else { return nil }
    let endsWell = line.isEnded && line.bytes.last == 13
    let record = Array(line.bytes.last == 13 ? line.bytes.dropLast() : line.bytes)
    return Row(leaf: MerkleTree.leaf(record), record: record, endsWell: endsWell)
  }

  /// A line that holds no hash stands for one that fits to nothing.
  private mutating func nextSealed() throws(SealFault) -> Sealed? {
    if let sealed = heldSealed.take() { return sealed }
    guard let line = try hashes.line() else { return nil }
    let hash = line.bytes.prefix { $0 != 32 }
    return Sealed(
      leaf: Checksum(.sha256, hex: String(decoding: hash, as: UTF8.self)) ?? .of([], .sha256),
      spelling: Array(line.bytes.dropFirst(hash.count + 1)))
  }
}

private func shownKey(_ spelling: some Sequence<UInt8>) -> String {
  shownSafely(String(decoding: Array(spelling.prefix(3072)), as: UTF8.self))
}
