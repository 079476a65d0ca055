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
    let record = Array(Self.record(row).utf8)
    let leaf = MerkleTree.leaf(record)
    tree.add(leaf: leaf)
    try table.write(record + [13, 10])
    try hashes.write("\(leaf.hex) \(row.source.key.percentEncoded)\n")
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

  static func record(_ row: ObjectRow) -> String {
    let (source, destination) = (row.sourceGeneration, row.destination)
    let cells: [String] = [
      row.source.key.percentEncoded, row.destinationKey.percentEncoded, String(row.source.size),
      destination.map { String($0.size) } ?? "", row.list.rawValue, row.verdictName,
      row.proof?.rawValue ?? "", row.proofAlgorithm?.rawValue ?? "",
      row.reason, row.errorClass?.rawValue ?? "",
      row.list == .skipped ? "" : row.message, String(row.attempts), String(row.tries),
      row.sent ? "yes" : "no", String(row.bytesSent), row.startedAt?.iso8601 ?? "",
      row.endedAt?.iso8601 ?? "", row.provenAt?.iso8601 ?? "", row.digests(of: .source),
      row.digests(of: .destination), source.eTag?.text ?? "", source.versionID ?? "",
      source.lastModifiedAt?.iso8601 ?? "", row.source.storageClass ?? "", destination?.eTag?.text ?? "",
      destination?.versionID ?? "", destination?.lastModifiedAt?.iso8601 ?? "", row.overwrote ?? "",
      row.metadataText, row.notes.joined(separator: "\n"), row.requestIDs.joined(separator: "\n"),
    ]
    var record = ""
    record.reserveCapacity(512)
    for (index, cell) in cells.enumerated() {
      if index > 0 { record += "," }
      record += quotedCell(formulaFree(oneLine(cell)))
    }
    return record
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
    if found.versionID == nil {
      found.versionID =
        evidence.last { $0.side == .source && $0.generation.versionID != nil }?.generation
        .versionID
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

  /// One digest behind the other: algorithm, value, origin.
  fileprivate func digests(of side: Side) -> String {
    evidence.filter { $0.side == side }.map {
      "\($0.checksum.algorithm.rawValue):\($0.checksum.text):\($0.origin.rawValue)"
    }.joined(separator: " ")
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
