import Foundation
import ObjectStorage
import StorageClients

/// What stands for a place on the command line: an address, or a name in the file of addresses.
struct AddressBook {
  typealias Place = (address: StoreAddress, settings: SideSettings)

  private let path: String

  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    path = (environment["HOME"] ?? "") + "/.config/tranship/addresses.yaml"
  }

  /// The place and the options for it; what was given as an option goes before what the file says.
  ///
  /// The file is opened only for a name.
  func side(_ text: String, _ settings: SideSettings) throws(StorageError) -> Place {
    guard let named = try named(text) else { return (try StoreAddress(parsing: text), settings) }
    return (named.address, settings.filled(from: named))
  }

  func address(_ text: String) throws(StorageError) -> StoreAddress {
    if let named = try named(text) { return named.address }
    return try StoreAddress(parsing: text)
  }

  /// Nil for what is no name, and where there is no file.
  private func named(_ text: String) throws(StorageError) -> NamedAddress? {
    guard AddressFile.isName(text), let file = try AddressFile.read(path) else { return nil }
    return try file.address(text)
  }

  /// Whether a text is a name rather than a file: where there is no file of addresses, nothing is.
  func isName(_ text: String) -> Bool {
    let files = FileManager.default
    return AddressFile.isName(text) && !files.fileExists(atPath: text) && files.fileExists(atPath: path)
  }
}

extension SideSettings {
  /// What the options leave open, as the file of addresses has it.
  func filled(from named: NamedAddress) -> SideSettings {
    var settings = self
    settings.endpoint = endpoint ?? named.endpoint
    settings.region = region ?? named.region
    settings.profile = profile ?? named.profile
    if credentials == .auto { settings.credentials = named.credentials ?? .auto }
    settings.pathStyle = pathStyle || named.pathStyle
    settings.requesterPays = requesterPays || named.requesterPays
    return settings
  }
}
