public import ObjectStorage

extension HTTPOrigin {
  /// Reads an endpoint, such as `https://s3.eu-west-1.amazonaws.com` or `http://127.0.0.1:9000`.
  ///
  /// Throws `invalid-request` with the cause. Plain `http` is for this machine only, where it is not allowed
  /// explicitly: signatures and data could be read on their way.
  public init(endpoint text: String, allowingPlainHTTP isPlainAllowed: Bool = false) throws(StorageError) {
    let scheme: Scheme
    let rest: Substring
    if text.lowercased().hasPrefix("https://") {
      (scheme, rest) = (.https, text.dropFirst(8))
    } else if text.lowercased().hasPrefix("http://") {
      (scheme, rest) = (.http, text.dropFirst(7))
    } else {
      throw Self.malformed(text, "it starts with neither https:// nor http://")
    }
    let (host, port) = try Self.hostAndPort(rest.hasSuffix("/") ? rest.dropLast() : rest, of: text)
    self.init(scheme: scheme, host: host, port: port)
    guard scheme == .https || isLoopback || isPlainAllowed else {
      throw Self.malformed(
        text,
        "plain http is for this machine only, for signatures and data could be read on their way; write https://, or "
          + "allow it with --allow-http")
    }
  }

  /// The vendor's public endpoint of a region; nil for stores without regions.
  public init?(region: String, of kind: StoreLocation.Kind) {
    guard !region.isEmpty, region.utf8.allSatisfy(Self.isHostByte), !region.contains(".") else { return nil }
    switch kind {
    case .s3:
      self.init(scheme: .https, host: "s3.\(region).amazonaws.com\(region.hasPrefix("cn-") ? ".cn" : "")")
    case .oss:
      let name = region.hasPrefix("oss-") ? region : "oss-\(region)"
      self.init(scheme: .https, host: "\(name).aliyuncs.com")
    case .directory, .memory: return nil
    }
  }

  /// Whether Amazon itself answers there.
  var isAmazon: Bool { host.hasSuffix(".amazonaws.com") || host.hasSuffix(".amazonaws.com.cn") }

  private static func hostAndPort(
    _ rest: Substring, of text: String
  ) throws(StorageError) -> (host: String, port: Int?) {
    guard !rest.contains("/"), !rest.contains("?"), !rest.contains("#") else {
      throw malformed(text, "it has more than a host and a port; the bucket and prefix belong to the address")
    }
    guard !rest.contains("@") else { throw malformed(text, "credentials do not belong into an endpoint") }
    var host = rest
    var portText: Substring?
    if rest.hasPrefix("["), let bracket = rest.firstIndex(of: "]") {
      host = rest[rest.index(after: rest.startIndex)..<bracket]
      let behind = rest[rest.index(after: bracket)...]
      guard behind.isEmpty || behind.hasPrefix(":") else { throw malformed(text, "its host is not valid") }
      portText = behind.isEmpty ? nil : behind.dropFirst()
      guard host.contains(":"), host.utf8.allSatisfy({ isHostByte($0) || $0 == UInt8(ascii: ":") }) else {
        throw malformed(text, "its host is not valid")
      }
    } else {
      if let colon = rest.firstIndex(of: ":") {
        host = rest[..<colon]
        portText = rest[rest.index(after: colon)...]
      }
      guard !host.isEmpty, host.utf8.allSatisfy(isHostByte) else {
        throw malformed(text, "its host is not valid")
      }
    }
    guard let portText else { return (String(host), nil) }
    guard portText.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(portText),
      (1...65_535).contains(port)
    else { throw malformed(text, "its port is not a number from 1 to 65535") }
    return (String(host), port)
  }

  private static func isHostByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"): true
    default: false
    }
  }

  private static func malformed(_ text: String, _ cause: String) -> StorageError {
    // What stands before an @ may be a secret.
    let shown = text.contains("@") ? "given" : shownSafely(text)
    return StorageError(.invalidRequest, "the endpoint \(shown) is not valid: \(cause)")
  }
}
