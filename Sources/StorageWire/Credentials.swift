/// A pair of keys, and the token that goes with temporary ones.
///
/// Never shown: its description names the key id's last four characters and nothing else.
public struct Credentials: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  public let accessKeyID: String
  public let secretAccessKey: String
  public let sessionToken: String?

  public init(accessKeyID: String, secretAccessKey: String, sessionToken: String? = nil) {
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.sessionToken = sessionToken
  }

  public var description: String { "key …\(accessKeyID.suffix(4))" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
