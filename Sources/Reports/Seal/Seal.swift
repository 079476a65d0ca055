import AuditLedger
import Checksums

/// A file of a report as its seal names it.
struct SealedFile: Hashable, Sendable {
  var name: String
  var content: FileContent

  init(_ name: String, _ content: FileContent) {
    self.name = name
    self.content = content
  }
}

/// What names every file of a report and every row of its objects.
///
/// Equal seals are equal bytes: there is one way to write one, and only that is read.
struct Seal: Hashable, Sendable {
  static let fileName = "SEAL.json"
  static let signatureName = "SEAL.sig"
  static let format = "tranship-seal-1"
  /// What a seal is worth, for who opens it.
  private static let note =
    "alone, a seal shows accidental changes only; forgeries show by a signature, or by a root that was kept elsewhere"

  var tool: String
  var job: String
  /// Rows of each list.
  var counts: [ListName: Int64]
  /// Rows of all lists.
  var rows: Int64
  /// The Merkle root over the rows.
  var root: Checksum
  /// In the order of their names.
  var files: [SealedFile]

  init(
    tool: String, job: String, counts: [ListName: Int64], rows: Int64, root: Checksum, files: [SealedFile]
  ) {
    self.tool = tool
    self.job = job
    self.counts = counts
    self.rows = rows
    self.root = root
    self.files = files.sorted { Array($0.name.utf8).lexicographicallyPrecedes(Array($1.name.utf8)) }
  }

  /// The bytes of `SEAL.json`; the last line but one holds the digest of all before it.
  var text: String {
    let body = body
    return "\(body)  \"digest\": \(jsonText(Checksum.of(Array(body.utf8), .sha256).hex))\n}\n"
  }

  private var body: String {
    let lists = ListName.allCases.map { "\(jsonText($0.rawValue)): \(counts[$0] ?? 0)" }
    let lines = files.map {
      "    {\"name\": \(jsonText($0.name)), \"size\": \($0.content.size), \"sha256\": \(jsonText($0.content.sha256.hex))}"
    }
    return """
      {
        "format": \(jsonText(Self.format)),
        "note": \(jsonText(Self.note)),
        "tool": \(jsonText(tool)),
        "job": \(jsonText(job)),
        "counts": {"total": \(rows), \(lists.joined(separator: ", "))},
        "rows": {"file": \(jsonText(ObjectTable.name)), "hashes": \(jsonText(ObjectTable.hashesName)), "count": \(rows), "root": \(jsonText(root.hex))},
        "files": [
      \(lines.joined(separator: ",\n"))
        ],

      """
  }

  func file(_ name: String) -> SealedFile? { files.first { $0.name == name } }

  /// Whether a name stands for a file of the folder itself, and for none of the seal's own.
  static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && name != "." && name != ".." && name != fileName && name != signatureName
      && name.utf8.allSatisfy { $0 != UInt8(ascii: "/") && $0 >= 0x20 && $0 != 0x7F }
  }
}

/// A string of JSON: ASCII control characters, quotation marks and backslashes are escaped.
func jsonText(_ text: String) -> String {
  var quoted = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": quoted += "\\\""
    case "\\": quoted += "\\\\"
    case _ where scalar.value < 0x20 || scalar.value == 0x7F:
      let digits = String(scalar.value, radix: 16)
      quoted += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    default: quoted.unicodeScalars.append(scalar)
    }
  }
  return quoted + "\""
}
