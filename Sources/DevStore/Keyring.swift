import Synchronization

/// Keys that a server takes beside its own.
public struct DevStoreKeyPair: Sendable {
  public var accessKeyID: String
  public var secretAccessKey: String
  /// What requests must carry beside the signature; nil where they need none.
  public var sessionToken: String?

  public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
  }
}

/// Which keys are taken: the server's own until they end, and those that come after them.
final class Keyring: Sendable {
  private struct State {
    /// Requests that the own keys may still sign; nil where they do not end.
    var left: Int?
    var successor: DevStoreKeyPair?
  }

  private let configuration: DevStoreConfiguration
  private let state = Mutex(State())

  init(_ configuration: DevStoreConfiguration) {
    self.configuration = configuration
  }

  func end(after requests: Int, successor: DevStoreKeyPair?) {
    state.withLock { $0 = State(left: max(0, requests), successor: successor) }
  }

  /// Checks a request with the keys that it may be signed with; a right signature with keys that ended is refused as
  /// such.
  func rule(for request: ServerRequest, now: Int64) throws -> PayloadRule {
    if let successor = state.withLock({ $0.successor }), request.names(successor.accessKeyID) {
      var other = configuration
      (other.accessKeyID, other.secretAccessKey) = (successor.accessKeyID, successor.secretAccessKey)
      let rule = try check(request, other, now)
      let token = request[configuration.dialect == .s3 ? "x-amz-security-token" : "x-oss-security-token"]
      guard token == successor.sessionToken else {
        throw ServerError(
          403, isS3 ? "InvalidToken" : "InvalidSecurityToken", "The security token is not valid.")
      }
      return rule
    }
    let rule = try check(request, configuration, now)
    let isEnded = state.withLock { state in
      guard let left = state.left else { return false }
      state.left = max(0, left - 1)
      return left == 0
    }
    guard !isEnded else {
      throw isS3
        ? ServerError(400, "ExpiredToken", "The provided token has expired.")
        : ServerError(403, "SecurityTokenExpired", "The security token you provided has expired.")
    }
    return rule
  }

  private var isS3: Bool { configuration.dialect == .s3 }

  private func check(
    _ request: ServerRequest, _ configuration: DevStoreConfiguration, _ now: Int64
  ) throws -> PayloadRule {
    switch configuration.dialect {
    case .s3: try S3Authorization(configuration: configuration, now: now).check(request)
    case .oss: try OSSAuthorization(configuration: configuration, now: now).check(request)
    }
  }
}

extension ServerRequest {
  /// Whether the signature says that it was made with a key.
  fileprivate func names(_ accessKeyID: String) -> Bool {
    let field = self["authorization"] ?? ""
    return field.contains("=\(accessKeyID)/") || field.hasPrefix("OSS \(accessKeyID):")
      || (value("X-Amz-Credential") ?? "").hasPrefix("\(accessKeyID)/")
  }
}
