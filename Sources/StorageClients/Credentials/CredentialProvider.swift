public import ObjectStorage
public import StorageWire

/// A pair of keys as a provider gives it out, and when it ends.
public struct IssuedCredentials: Hashable, Sendable {
  public var credentials: Credentials
  /// Nil where nobody says: keys of a user, and temporary ones from a file.
  public var expiresAt: Timestamp?

  public init(_ credentials: Credentials, expiresAt: Timestamp? = nil) {
    self.credentials = credentials
    self.expiresAt = expiresAt
  }
}

/// A place that gives credentials out: a file, a program, a service.
public protocol CredentialProvider: Sendable {
  /// What the place is called in messages; never with a secret.
  var origin: String { get }
  /// What a user does when the place has nothing that is valid; a clause.
  var remedy: String { get }

  /// Asks the place anew; nothing is remembered between two calls.
  func issue() async throws(StorageError) -> IssuedCredentials
}

/// Credentials that were given from outside and never change.
public struct FixedCredentials: CredentialProvider {
  private let credentials: Credentials

  public init(_ credentials: Credentials) {
    self.credentials = credentials
  }

  public var origin: String { "the given keys" }
  public var remedy: String { "give other keys" }

  public func issue() async throws(StorageError) -> IssuedCredentials { IssuedCredentials(credentials) }
}

/// Keys from variables or from the files of the vendors' tools, looked up again whenever asked: a user may have
/// replaced them.
struct StoredCredentials: CredentialProvider {
  let origin: String
  let remedy: String
  let read: @Sendable () throws(StorageError) -> Credentials

  func issue() async throws(StorageError) -> IssuedCredentials { IssuedCredentials(try read()) }
}
