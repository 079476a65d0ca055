import Foundation

/// Looks for a secret in whatever a run wrote: reports, ledger, output.
enum SecretSearch {
  static func files(in folder: String, with secret: String) throws -> [String] {
    guard let names = FileManager.default.enumerator(atPath: folder) else {
      throw CocoaError(.fileReadUnknown)
    }
    var found: [String] = []
    for case let name as String in names where !name.hasSuffix(".data") && !name.hasSuffix(".bytes") {
      let path = "\(folder)/\(name)"
      guard names.fileAttributes?[.type] as? FileAttributeType == .typeRegular else { continue }
      // A file that cannot be read was not searched.
      let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
      if bytes.range(of: Data(secret.utf8)) != nil { found.append(name) }
    }
    return found
  }
}
