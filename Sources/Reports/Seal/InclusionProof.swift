public import Checksums
import Foundation
import ObjectStorage

/// That one object's row belongs to a sealed report; it is checked without the report.
public struct InclusionProof: Hashable, Sendable {
  static let format = "tranship-proof-1"
  static let largest = 1 << 20

  /// The row as it stands in `objects.csv`, without its line end.
  public var record: String
  /// The root of the report, and the way to it.
  public var root: Checksum
  public var path: MerklePath

  init(record: String, root: Checksum, path: MerklePath) {
    self.record = record
    self.root = root
    self.path = path
  }

  /// The row's place, from 1.
  public var row: Int64 { path.index + 1 }

  /// The key as the report spells it.
  public var key: String { String(record.prefix { $0 != "," }) }

  /// Whether the record leads to that root.
  func leads(to root: Checksum) -> Bool {
    path.root(leaf: MerkleTree.leaf(Array(record.utf8))) == root
  }

  /// The proof as JSON.
  public var text: String {
    let hashes = path.hashes.map { "    \(jsonText($0.hex))" }.joined(separator: ",\n")
    return """
      {
        "format": \(jsonText(Self.format)),
        "key": \(jsonText(key)),
        "record": \(jsonText(record)),
        "row": \(row),
        "rows": \(path.count),
        "path": [\(hashes.isEmpty ? "" : "\n\(hashes)\n  ")],
        "root": \(jsonText(root.hex))
      }

      """
  }

  private struct Form: Decodable {
    var format, key, record, root: String
    var row, rows: Int64
    var path: [String]
  }

  init(bytes: [UInt8]) throws(SealFault) {
    let form: Form
    do {
      form = try JSONDecoder().decode(Form.self, from: Data(bytes))
    } catch {
      throw SealFault("is no proof: it is cut off, or not the JSON that tranship report prove prints")
    }
    let hashes = form.path.compactMap { Checksum(.sha256, hex: $0) }
    guard form.format == Self.format, form.row > 0, hashes.count == form.path.count,
      let root = Checksum(.sha256, hex: form.root)
    else { throw SealFault("is not a proof of the kind \(Self.format)") }
    self.init(
      record: form.record, root: root,
      path: MerklePath(index: form.row - 1, count: form.rows, hashes: hashes))
    guard key == form.key else { throw SealFault("speaks of another key than its record") }
  }
}
