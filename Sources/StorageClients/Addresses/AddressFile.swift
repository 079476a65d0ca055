public import ObjectStorage
import Yams

/// The file of addresses that have names: one mapping a name, nothing else, and nothing secret.
public struct AddressFile: Sendable {
  public let path: String
  private let entries: [String: NamedAddress]

  /// The names, sorted.
  public var names: [String] { entries.keys.sorted() }

  /// Reads the text of a file; `path` is for messages.
  public init(parsing text: String, path: String) throws(StorageError) {
    self.path = path
    let root: Node?
    do {
      root = try compose(yaml: text)
    } catch {
      // What the parser says quotes the file.
      throw Self.refused(path, "it is not YAML, or names the same twice")
    }
    var entries: [String: NamedAddress] = [:]
    if let root, root.null == nil || root.mapping != nil {
      guard let mapping = root.mapping else { throw Self.refused(path, "it is no mapping of names") }
      for (key, value) in mapping {
        let name = key.scalar?.string ?? ""
        guard Self.isName(name) else {
          throw Self.refused(
            path, "\(shownSafely(name)) is no name; write letters, digits, - and _", key.mark)
        }
        entries[name] = try AddressMembers(value, name: name, path: path).address()
      }
    }
    self.entries = entries
  }

  /// Throws `invalid-request` where the file has no such name.
  public func address(_ name: String) throws(StorageError) -> NamedAddress {
    if let entry = entries[name] { return entry }
    let known = names.isEmpty ? "it has none" : "it has \(names.joined(separator: ", "))"
    throw StorageError(
      .invalidRequest,
      "the address \(shownSafely(name)) is not valid: it has no scheme, and no name of \(shownSafely(path)) either; \(known)"
    )
  }

  /// Whether a text can be a name; addresses and most paths cannot.
  public static func isName(_ text: String) -> Bool {
    !text.isEmpty
      && text.utf8.allSatisfy { byte in
        let scalar = UnicodeScalar(byte)
        return scalar.properties.isAlphabetic && byte < 128 || (48...57).contains(byte)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
      }
  }

  static func refused(_ path: String, _ cause: String, _ mark: Mark? = nil) -> StorageError {
    let place = mark.map { ", line \($0.line)" } ?? ""
    return StorageError(
      .invalidRequest, "the address file \(shownSafely(path))\(place) is not valid: \(cause)")
  }
}
