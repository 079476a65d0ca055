import ObjectStorage
import Yams

/// The members of one name in the file of addresses; each is known, and is a text.
struct AddressMembers {
  private static let known = [
    "address", "endpoint", "region", "profile", "credentials", "path-style", "request-payer",
  ]

  private let name: String
  private let path: String
  private let mark: Mark?
  private var texts: [String: (text: String, mark: Mark?)] = [:]

  init(_ node: Node, name: String, path: String) throws(StorageError) {
    (self.name, self.path, mark) = (name, path, node.mark)
    guard let mapping = node.mapping else {
      throw AddressFile.refused(path, "\(name) is no mapping with an address", node.mark)
    }
    for (key, value) in mapping {
      let member = key.scalar?.string ?? ""
      guard Self.known.contains(member) else { throw unknown(member, key.mark) }
      guard let text = value.scalar?.string, !text.isEmpty else {
        throw AddressFile.refused(path, "\(member) of \(name) is no text", value.mark ?? key.mark)
      }
      texts[member] = (text, value.mark)
    }
  }

  func address() throws(StorageError) -> NamedAddress {
    guard let address = texts["address"] else {
      throw AddressFile.refused(path, "\(name) has no address; write address: s3://bucket/prefix", mark)
    }
    var entry: NamedAddress
    do {
      entry = NamedAddress(try StoreAddress(parsing: address.text))
    } catch {
      throw AddressFile.refused(path, "\(name): \(error.message)", address.mark)
    }
    (entry.endpoint, entry.region, entry.profile) = (
      texts["endpoint"]?.text, texts["region"]?.text, texts["profile"]?.text
    )
    if let choice = texts["credentials"] {
      guard let known = CredentialChoice(rawValue: choice.text) else {
        let choices = CredentialChoice.allCases.map(\.rawValue).joined(separator: ", ")
        throw AddressFile.refused(path, "credentials of \(name) is none of \(choices)", choice.mark)
      }
      entry.credentials = known
    }
    (entry.pathStyle, entry.requesterPays) = (try flag("path-style"), try flag("request-payer"))
    return entry
  }

  private func flag(_ member: String) throws(StorageError) -> Bool {
    guard let found = texts[member] else { return false }
    guard ["true", "false"].contains(found.text) else {
      throw AddressFile.refused(path, "\(member) of \(name) is neither true nor false", found.mark)
    }
    return found.text == "true"
  }

  /// Neither the value nor a name that may be one is repeated.
  private func unknown(_ member: String, _ mark: Mark?) -> StorageError {
    let lower = member.lowercased()
    if ["key", "secret", "token", "password"].contains(where: lower.contains) {
      return AddressFile.refused(
        path,
        "\(name) has \(shownSafely(member)), and credentials never stand in this file; name a profile of the vendor's own files with profile",
        mark)
    }
    return AddressFile.refused(
      path, "\(shownSafely(member)) of \(name) means nothing; it takes \(Self.known.joined(separator: ", "))",
      mark)
  }
}
