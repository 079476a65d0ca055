public import ObjectStorage

/// Which requests go through which proxy, as `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` say it.
///
/// The rules are those of Go's `net/http`: the upper-case name wins over the lower-case one; this machine is never
/// reached through a proxy; `NO_PROXY` lists names (with their subdomains, or only those where it starts with a dot
/// or `*.`), addresses and ranges such as `10.0.0.0/8`, each with a port where it should hold for one only; `*` is
/// everything.
public struct ProxyRules: Sendable {
  private let secure: ProxyServer?
  private let plain: ProxyServer?
  private let exceptions: [Exception]

  private enum Exception {
    case everything
    case range(IPAddress, bits: Int)
    case address(IPAddress, port: String?)
    /// `suffix` starts with a dot.
    case name(suffix: String, isItself: Bool, port: String?)
  }

  /// No proxies.
  public static let none = ProxyRules(secure: nil, plain: nil, exceptions: [])

  /// Throws `invalid-request`, naming the variable and no password, where a proxy is not understood.
  public init(environment: [String: String]) throws(StorageError) {
    func setting(_ name: String) -> (name: String, value: String)? {
      for name in [name, name.lowercased()] {
        if let value = environment[name], !value.isEmpty { return (name, value) }
      }
      return nil
    }
    secure = try setting("HTTPS_PROXY").map { found throws(StorageError) in
      try ProxyServer(found.value, from: found.name)
    }
    // In a CGI program a client sets HTTP_PROXY, by a header of that name.
    let isCGI = !(environment["REQUEST_METHOD"] ?? "").isEmpty
    plain = try (isCGI ? nil : setting("HTTP_PROXY")).map { found throws(StorageError) in
      try ProxyServer(found.value, from: found.name)
    }
    exceptions = Self.exceptions(setting("NO_PROXY")?.value ?? "")
  }

  private init(secure: ProxyServer?, plain: ProxyServer?, exceptions: [Exception]) {
    self.secure = secure
    self.plain = plain
    self.exceptions = exceptions
  }

  /// The proxy for an origin; nil where it is reached directly.
  public func proxy(for origin: HTTPOrigin) -> ProxyServer? {
    guard let proxy = origin.scheme == .https ? secure : plain else { return nil }
    let address = IPAddress(origin.host)
    guard origin.host != "localhost", address?.isLoopback != true else { return nil }
    let (host, port) = (origin.host, String(origin.port))
    let isExcepted = exceptions.contains { exception in
      switch exception {
      case .everything: true
      case .range(let network, let bits): address?.isInside(network, bits: bits) ?? false
      case .address(let other, let only): address == other && (only == nil || only == port)
      case .name(let suffix, let isItself, let only):
        (host.hasSuffix(suffix) || isItself && host == suffix.dropFirst()) && (only == nil || only == port)
      }
    }
    return isExcepted ? nil : proxy
  }

  private static func exceptions(_ text: String) -> [Exception] {
    let items = text.split(separator: ",").map { $0.filter { !$0.isWhitespace }.lowercased() }
      .filter { !$0.isEmpty }
    return items.contains("*") ? [.everything] : items.compactMap(exception)
  }

  private static func exception(_ item: String) -> Exception? {
    if let slash = item.firstIndex(of: "/"), let network = IPAddress(String(item[..<slash])),
      let bits = Int(item[item.index(after: slash)...]), (0...network.bytes.count * 8).contains(bits)
    {
      return .range(network, bits: bits)
    }
    if let address = IPAddress(item) { return .address(address, port: nil) }
    let (host, port) = hostAndPort(item)
    guard !host.isEmpty else { return nil }
    if let address = IPAddress(host) { return .address(address, port: port) }
    let name = host.hasPrefix("*.") ? String(host.dropFirst()) : host
    let isItself = !name.hasPrefix(".")
    return .name(suffix: isItself ? ".\(name)" : name, isItself: isItself, port: port)
  }

  private static func hostAndPort(_ item: String) -> (host: String, port: String?) {
    if item.hasPrefix("["), let bracket = item.firstIndex(of: "]") {
      let behind = item[item.index(after: bracket)...]
      return (String(item[..<bracket].dropFirst()), behind.hasPrefix(":") ? String(behind.dropFirst()) : nil)
    }
    guard let colon = item.lastIndex(of: ":") else { return (item, nil) }
    return (String(item[..<colon]), String(item[item.index(after: colon)...]))
  }
}
