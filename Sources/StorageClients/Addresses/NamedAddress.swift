/// A place that has a name in the file of addresses, and how to get at it; never with credentials.
public struct NamedAddress: Hashable, Sendable {
  public var address: StoreAddress
  public var endpoint: String?
  public var region: String?
  public var profile: String?
  public var credentials: CredentialChoice?
  public var pathStyle = false
  public var requesterPays = false

  public init(_ address: StoreAddress) {
    self.address = address
  }
}
