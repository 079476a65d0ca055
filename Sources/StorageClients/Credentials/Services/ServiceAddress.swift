import ObjectStorage

/// Where a service of credentials answers: an origin, and a path with its query.
struct ServiceAddress {
  var origin: HTTPOrigin
  /// Starts with `/`.
  var target: String

  /// Plain http is for this machine and for the addresses at which hosts of the clouds give out credentials.
  static let linkLocalHosts: Set<String> = [
    "169.254.169.254", "fd00:ec2::254", "169.254.170.2", "169.254.170.23", "fd00:ec2::23", "100.100.100.200",
  ]

  init(origin: HTTPOrigin, target: String) {
    self.origin = origin
    self.target = target
  }

  /// Reads a URL that a variable gave; `isHostEnough` takes a bare host as https.
  init(_ text: String, from variable: String, isHostEnough: Bool = false) throws(StorageError) {
    let url = isHostEnough && !text.contains("://") ? "https://\(text)" : text
    let start = url.range(ofSchemeEnd: "://") ?? url.startIndex
    let slash = url[start...].firstIndex(of: "/") ?? url.endIndex
    do throws(StorageError) {
      origin = try HTTPOrigin(endpoint: String(url[..<slash]), allowingPlainHTTP: true)
    } catch {
      throw StorageError(.credentialsRejected, "\(variable): \(error.message)")
    }
    target = slash == url.endIndex ? "/" : String(url[slash...])
    guard origin.scheme == .https || origin.isLoopback || Self.linkLocalHosts.contains(origin.host) else {
      throw StorageError(
        .credentialsRejected,
        "\(variable) names \(origin.url): plain http is for this machine and its metadata addresses; use https"
      )
    }
  }

  /// The same service at another path.
  func at(_ path: String) -> ServiceAddress {
    let base = target.hasSuffix("/") ? String(target.dropLast()) : target
    return ServiceAddress(origin: origin, target: base + path)
  }
}

extension String {
  /// The place behind the first occurrence of a mark.
  fileprivate func range(ofSchemeEnd mark: String) -> Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(mark) { return index(start, offsetBy: mark.count) }
      formIndex(after: &start)
    }
    return nil
  }
}
