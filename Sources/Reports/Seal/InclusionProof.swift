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

/// What became of holding an inclusion proof against a root or a seal.
public struct ProofCheck: Hashable, Sendable {
  public internal(set) var proof: InclusionProof?
  /// What does not fit; nil where all does.
  public internal(set) var finding: String?
  /// Of the seal, where one was given.
  public internal(set) var signature: ReportCheck.Signature?
}

/// Holds a proof against a root that was kept elsewhere, a report's `SEAL.json`, or both; without either nothing fits.
public func checkProof(
  at path: String, root: Checksum?, seal: String?, publicKey: Ed25519PublicKey? = nil
) -> ProofCheck {
  var check = ProofCheck()
  var file = path
  do throws(SealFault) {
    let proof = try InclusionProof(bytes: try InputFile.whole(path, limit: InclusionProof.largest))
    check.proof = proof
    guard root != nil || seal != nil else { throw SealFault("proves nothing without a root or a seal") }
    var roots = [proof.root]
    if let root { roots.append(root) }
    if let seal {
      file = seal
      let bytes = try InputFile.whole(seal, limit: ReportChecker.largestSeal)
      let sealed = try Seal(bytes: bytes)
      check.signature = try checkedSignature(seal, bytes, publicKey)
      roots.append(sealed.root)
      file = path
      guard sealed.rows == proof.path.count else {
        throw SealFault("speaks of \(proof.path.count) rows, and the seal of \(sealed.rows)")
      }
    }
    guard roots.allSatisfy(proof.leads) else {
      throw SealFault("does not lead from the row of \(shownSafely(proof.key)) to that root")
    }
  } catch {
    check.finding = "\(shownSafely(file)): \(error.message)"
  }
  return check
}

/// What stands behind a seal; throws where a key was given and it is not that key's signature.
private func checkedSignature(
  _ seal: String, _ bytes: [UInt8], _ publicKey: Ed25519PublicKey?
) throws(SealFault) -> ReportCheck.Signature {
  let folder = seal.lastIndex(of: "/").map { String(seal[..<$0]) } ?? "."
  let found = try signature(of: folder, over: bytes, publicKey)
  guard publicKey == nil || found == .valid else {
    throw SealFault(found == .absent ? "is not signed" : "is not signed with that key")
  }
  return found
}
