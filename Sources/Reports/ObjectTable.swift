import AuditLedger
import Checksums
import ObjectStorage

/// The table of all objects, one row each, with everything that is known; and the hashes of its rows with their keys.
///
/// A row is one line: what would break it, or what could not be seen, is spelled out. So the record that is hashed is
/// what stands between two line ends.
struct ObjectTable {
  static let name = "objects.csv"
  static let hashesName = "objects.hashes"

  private let table: OutputFile
  private let hashes: OutputFile
  private(set) var tree = MerkleTree()

  init(in folder: ReportFolder) throws(StorageError) {
    table = try folder.file(Self.name)
    hashes = try folder.file(Self.hashesName)
    try table.write(Self.header + "\r\n")
  }

  var path: String { table.path }

  /// Objects come in the order of the key bytes.
  mutating func add(_ row: ObjectRow) throws(StorageError) {
    let key = row.source.key.percentEncoded
    let leaf = try table.append { text in
      let start = text.count
      RecordCells.add(row, key: key, to: &text)
      let leaf = MerkleTree.leaf(UnsafeBufferPointer(rebasing: text.bytes[start...]))
      text.add("\r\n")
      return leaf
    }
    tree.add(leaf: leaf)
    try hashes.append { text in
      text.add(hexOf: leaf.bytes)
      text.add(0x20)
      text.add(key)
      text.add(0x0a)
    }
  }

  /// The names of the columns; never another order, never another meaning.
  static let columns = [
    "key", "destination_key", "source_size", "destination_size", "list", "verdict", "proof",
    "proof_algorithm", "reason", "error_class", "message", "attempts", "tries", "sent", "bytes_sent",
    "started_at", "ended_at", "proven_at", "source_digests", "destination_digests", "source_etag",
    "source_version_id", "source_modified_at", "source_storage_class", "destination_etag",
    "destination_version_id", "destination_modified_at", "overwrote", "metadata", "notes", "request_ids",
  ]

  static let header = columns.joined(separator: ",")

  /// The record of a row, as text.
  static func record(_ row: ObjectRow) -> String {
    var text = TextWriter(capacity: 1024)
    RecordCells.add(row, key: row.source.key.percentEncoded, to: &text)
    return String(decoding: text.bytes, as: UTF8.self)
  }
}

/// Writes the cells of a record, with the commas between them.
private enum RecordCells {
  static func add(_ row: ObjectRow, key: String, to text: inout TextWriter) {
    let (source, destination) = (row.sourceGeneration, row.destination)
    // A key in this spelling needs no quotes, unless it begins like a formula.
    add(key, to: &text, isFirst: true)
    add(row.destinationKey == row.source.key ? key : row.destinationKey.percentEncoded, to: &text)
    add(row.source.size, to: &text)
    add(destination?.size, to: &text)
    add(row.list.rawValue, to: &text)
    add(row.verdictName, to: &text)
    add(row.proof?.rawValue, to: &text)
    add(row.proofAlgorithm?.rawValue, to: &text)
    add(row.reason, to: &text)
    add(row.errorClass?.rawValue, to: &text)
    add(row.list == .skipped ? "" : row.message, to: &text)
    add(Int64(row.attempts), to: &text)
    add(Int64(row.tries), to: &text)
    add(row.sent ? "yes" : "no", to: &text)
    add(row.bytesSent, to: &text)
    add(row.startedAt, to: &text)
    add(row.endedAt, to: &text)
    add(row.provenAt, to: &text)
    addDigests(row.evidence, of: .source, to: &text)
    addDigests(row.evidence, of: .destination, to: &text)
    add(source.eTag?.text, to: &text)
    add(source.versionID, to: &text)
    add(source.lastModifiedAt, to: &text)
    add(row.source.storageClass, to: &text)
    add(destination?.eTag?.text, to: &text)
    add(destination?.versionID, to: &text)
    add(destination?.lastModifiedAt, to: &text)
    add(row.overwrote, to: &text)
    add(row.metadataText, to: &text)
    add(row.notes.joined(separator: "\n"), to: &text)
    add(row.requestIDs.joined(separator: "\n"), to: &text)
  }

  /// A cell; nil leaves it empty.
  private static func add(_ cell: String?, to text: inout TextWriter, isFirst: Bool = false) {
    if !isFirst { text.add(UInt8(ascii: ",")) }
    guard let cell, !cell.isEmpty else { return }
    let isWritten = withBytes(of: cell) { bytes in
      guard isPlain(bytes) else { return false }
      text.add(bytes)
      return true
    }
    if !isWritten { text.add(quotedCell(formulaFree(oneLine(cell)))) }
  }

  /// A number, which is no formula also with a sign.
  private static func add(_ number: Int64?, to text: inout TextWriter) {
    text.add(UInt8(ascii: ","))
    if let number { text.add(number: number) }
  }

  private static func add(_ time: Timestamp?, to text: inout TextWriter) {
    text.add(UInt8(ascii: ","))
    time?.add(to: &text)
  }

  /// One digest behind the other: algorithm, value, origin.
  private static func addDigests(_ evidence: [Evidence], of side: Side, to text: inout TextWriter) {
    text.add(UInt8(ascii: ","))
    var isBehind = false
    for row in evidence where row.side == side {
      if isBehind { text.add(0x20) }
      isBehind = true
      text.add(row.checksum.algorithm.rawValue)
      text.add(UInt8(ascii: ":"))
      if row.checksum.algorithm == .crc64xz || row.checksum.partCount != nil {
        text.add(row.checksum.text)
      } else {
        text.add(hexOf: row.checksum.bytes)
      }
      text.add(UInt8(ascii: ":"))
      text.add(row.origin.rawValue)
    }
  }

  /// Whether a cell stands as it is: one line of ASCII that begins with a letter or a digit and needs no quotes.
  private static func isPlain(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    guard let first = bytes.first,
      (48...57).contains(first) || (65...90).contains(first) || (97...122).contains(first)
    else { return false }
    // All bytes, whatever the first say: then many are looked at together.
    var found: UInt8 = 0
    for byte in bytes {
      let isSpecial =
        byte < 0x20 || byte >= 0x7f || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: ",")
        || byte == UInt8(ascii: ";") || byte == UInt8(ascii: "\\")
      found |= isSpecial ? 1 : 0
    }
    return found == 0
  }
}

/// Text in one line: as it is where it is plain, else with control characters and the like as `\u{…}`.
///
/// So is a semicolon that a formula could stand behind: some spreadsheets cut cells there.
private func oneLine(_ text: String) -> String {
  let line = shownSafely(text)
  guard withBytes(of: line, { $0.contains(UInt8(ascii: ";")) }) else { return line }
  var rest = line[...]
  var cut = ""
  while let semicolon = rest.firstIndex(of: ";") {
    cut += rest[..<semicolon]
    rest = rest[rest.index(after: semicolon)...]
    let next = rest.unicodeScalars.first { $0 != " " && $0 != "\"" && $0 != "'" }
    cut += next.map { formulaStarts.contains($0) } == true ? "\\u{3b}" : ";"
  }
  return cut + rest
}

extension ObjectRow {
  /// What was judged, or what was listed where nothing was.
  fileprivate var sourceGeneration: Generation {
    var found =
      judged
      ?? Generation(eTag: source.eTag, size: source.size, lastModifiedAt: source.lastModifiedAt)
    guard found.versionID == nil else { return found }
    for index in evidence.indices.reversed() where evidence[index].side == .source {
      guard let version = evidence[index].generation.versionID else { continue }
      found.versionID = version
      break
    }
    return found
  }

  /// The word for what the evidence says; empty where nothing was judged.
  fileprivate var verdictName: String {
    switch (list, errorClass) {
    case (.completed, _): "verified"
    case (.error, .mismatched): "mismatched"
    case (.error, .missing): "missing"
    case (.error, .unverifiable): "unverifiable"
    default: ""
    }
  }

  /// Why the key was skipped, or the word for why nothing can be said of it.
  fileprivate var reason: String {
    if list == .skipped { return message }
    guard errorClass == .unverifiable, let colon = message.firstIndex(of: ":") else { return "" }
    return UnverifiableReason(rawValue: String(message[..<colon]))?.rawValue ?? ""
  }

  /// Empty where the metadata was not compared.
  fileprivate var metadataText: String {
    switch metadata {
    case nil: ""
    case .equal: "equal"
    case .differs(let fields): (["differs"] + fields).joined(separator: "\n")
    }
  }
}
