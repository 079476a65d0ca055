import Foundation

/// Looks for a secret in whatever a run wrote: reports, ledger, output.
enum SecretSearch {
  static func files(in folder: String, with secret: String) throws -> [String] {
    guard let names = FileManager.default.enumerator(atPath: folder) else { return [] }
    var found: [String] = []
    for case let name as String in names where !name.hasSuffix(".data") && !name.hasSuffix(".bytes") {
      let path = "\(folder)/\(name)"
      guard let bytes = FileManager.default.contents(atPath: path) else { continue }
      if bytes.range(of: Data(secret.utf8)) != nil { found.append(name) }
    }
    return found
  }
}
