public import ObjectStorage

/// A bucket at an endpoint, and how its requests are addressed.
public struct StorePlace: Hashable, Sendable {
  /// Where the bucket's name stands in a request.
  public enum Addressing: String, Sendable {
    /// Before the host where that works, in the path otherwise.
    case automatic
    case path
    case virtualHost = "virtual-host"
  }

  public var bucket: String
  public var endpoint: HTTPOrigin
  public var region: String
  public var addressing: Addressing
  /// How the listing may be shared out; nil for what is known of the vendor.
  public var listingDivision: ListingDivision?
  /// Whether every request says that the caller pays for it.
  public var requesterPays: Bool

  public init(
    bucket: String, endpoint: HTTPOrigin, region: String, addressing: Addressing = .automatic,
    listingDivision: ListingDivision? = nil, requesterPays: Bool = false
  ) {
    self.bucket = bucket
    self.endpoint = endpoint
    self.region = region
    self.addressing = addressing
    self.listingDivision = listingDivision
    self.requesterPays = requesterPays
  }

  func location(_ kind: StoreLocation.Kind) -> StoreLocation {
    StoreLocation(kind: kind, bucket: bucket, endpoint: endpoint.url, region: region)
  }

  /// Whether the bucket stands before the host, given what the vendor does where the user says nothing.
  func isVirtualHosted(byDefault vendorDefault: Bool) -> Bool {
    switch addressing {
    case .path: false
    case .virtualHost: true
    case .automatic: vendorDefault && !endpoint.isAddress && !endpoint.isLoopback
    }
  }

  /// Where requests go.
  func origin(isVirtualHosted: Bool) -> HTTPOrigin {
    isVirtualHosted ? endpoint.with(host: "\(bucket).\(endpoint.host)") : endpoint
  }
}
