import Checksums
import Synchronization

/// The key that a day's signatures are made with: derived once a day and not once a request.
public final class SigningKeys: Sendable {
  private struct Derived: Sendable {
    var credentials: Credentials
    var chain: [String]
    var key: [UInt8]
  }

  private let latest = Mutex<Derived?>(nil)

  public init() {}

  /// The key at the end of a chain of digests that starts with a vendor's prefix and the secret.
  func key(_ prefix: String, _ credentials: Credentials, _ chain: [String]) -> [UInt8] {
    latest.withLock { latest in
      if let latest, latest.chain == chain, latest.credentials == credentials { return latest.key }
      let start = Array((prefix + credentials.secretAccessKey).utf8)
      let key = chain.reduce(start) { HMAC.sha256(key: $0, Array($1.utf8)) }
      latest = Derived(credentials: credentials, chain: chain, key: key)
      return key
    }
  }
}
