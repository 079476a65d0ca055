/// Where requests go: scheme, host and port.
public struct HTTPOrigin: Hashable, Sendable {
  public enum Scheme: String, Sendable {
    case http
    case https

    public var standardPort: Int { self == .http ? 80 : 443 }
  }

  public let scheme: Scheme
  /// A name, an IPv4 address, or an IPv6 address without brackets; in lower case.
  public let host: String
  public let port: Int

  public init(scheme: Scheme, host: String, port: Int? = nil) {
    self.scheme = scheme
    self.host = host.lowercased()
    self.port = port ?? scheme.standardPort
  }

  /// The value of the `Host` header: the port only where it is not the scheme's own.
  public var hostHeader: String {
    let name = isIPv6 ? "[\(host)]" : host
    return port == scheme.standardPort ? name : "\(name):\(port)"
  }

  public var url: String { "\(scheme.rawValue)://\(hostHeader)" }

  /// Whether the host is this machine.
  public var isLoopback: Bool {
    host == "localhost" || host == "::1" || host.hasSuffix(".localhost")
      || (isIPv4 && host.hasPrefix("127."))
  }

  /// Whether the host is an address: no bucket can stand before it.
  public var isAddress: Bool { isIPv4 || isIPv6 }

  /// The same place under another host name, such as a bucket's.
  public func with(host: String) -> HTTPOrigin { HTTPOrigin(scheme: scheme, host: host, port: port) }

  private var isIPv6: Bool { host.contains(":") }

  private var isIPv4: Bool {
    let pieces = host.split(separator: ".", omittingEmptySubsequences: false)
    return pieces.count == 4 && pieces.allSatisfy { UInt8($0) != nil }
  }
}
