public import ObjectStorage
public import StorageClients
public import Transfers

/// Where objects are to land: the kind of store decides what can, and the mapping under which keys.
public struct Landing: Sendable {
  public let rule: KeyRule
  public let mapping: KeyMapping
  /// As people write it.
  public let name: String

  /// Below an address; nil where no store of that kind can be a destination.
  public init?(at destination: StoreAddress, from sourcePrefix: ObjectKey) {
    guard let rule = KeyRule(destination.kind) else { return nil }
    self.rule = rule
    mapping = KeyMapping(sourcePrefix: sourcePrefix, destinationPrefix: destination.prefix)
    name = "\(destination)"
  }

  /// In some store of a kind, under the keys of the source as they are.
  public init?(anywhereIn kind: StoreLocation.Kind) {
    guard let rule = KeyRule(kind) else { return nil }
    self.rule = rule
    mapping = KeyMapping(sourcePrefix: ObjectKey(""), destinationPrefix: ObjectKey(""))
    name = kind.rawValue
  }
}
