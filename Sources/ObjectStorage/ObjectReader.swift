public import NIOCore

/// Where a store is and what it is called; for messages, ledgers and reports, never with credentials.
public struct StoreLocation: Hashable, Sendable {
  /// The protocol that the store speaks.
  public enum Kind: String, Codable, Sendable {
    case s3
    case oss
    case directory = "file"
    case memory
  }

  public var kind: Kind
  /// The bucket, or the root directory.
  public var bucket: String
  /// `https://host:port`, or empty for a directory.
  public var endpoint: String
  public var region: String

  public init(kind: Kind, bucket: String, endpoint: String = "", region: String = "") {
    self.kind = kind
    self.bucket = bucket
    self.endpoint = endpoint
    self.region = region
  }

  /// The address without a prefix: `s3://bucket`, `oss://bucket`, `file:///dir`.
  public var url: String { "\(kind.rawValue)://\(bucket)" }
}

/// A span of bytes, both ends included.
public struct ByteRange: Hashable, Sendable {
  public let first: Int64
  public let last: Int64

  /// Nil for an empty or negative span.
  public init?(offset: Int64, length: Int64) {
    guard offset >= 0, length > 0 else { return nil }
    first = offset
    last = offset + length - 1
  }

  public var length: Int64 { last - first + 1 }
}

/// An object on its way: what the store says of it, and its bytes.
public struct ObjectDownload: Sendable {
  /// `size` is the size of the whole object, also where a range was asked for.
  public let attributes: ObjectAttributes
  public let body: ObjectBody

  public init(attributes: ObjectAttributes, body: ObjectBody) {
    self.attributes = attributes
    self.body = body
  }
}

/// A store that can be read.
///
/// A migration's source is this and nothing more: writing to it does not compile.
///
/// Every call may be repeated, and makes one request where nothing else is said. Nothing is retried here.
public protocol ObjectReader: Sendable {
  var location: StoreLocation { get }

  /// How a listing may be shared out; `pages` where nothing else is known.
  var listingDivision: ListingDivision { get }

  /// One page of the keys that start with a prefix, from a position on.
  ///
  /// Throws `malformed-answer` for a page that cannot be believed whole; rows of such a page are never returned.
  /// Only a store that divides its listing takes a delimiter.
  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage

  /// One page of all versions and delete marks of the keys that start with a prefix, from a position on.
  ///
  /// Throws `invalid-request` where the store has no such call, and what `list` throws.
  func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage

  /// Whether there are more versions than a plain listing names; `unknown` where the store does not say.
  func versioning() async throws(StorageError) -> Versioning

  /// The attributes of an object, or of one of its parts (`size` is then the part's size).
  ///
  /// A part may be asked for only where the object was put together from parts; SeaweedFS answers for any object.
  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes

  /// An object's bytes, or a range of them, on an event loop.
  ///
  /// With `ifMatch` another generation than that one is refused with `precondition-failed`. A range is
  /// answered with exactly that range or `malformed-answer`. The body must be read or cancelled.
  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload

  /// How an object was put together, or nil where the store has no such call.
  ///
  /// The one call that makes more than one request: a page for every 1,000 parts.
  func parts(_ key: ObjectKey) async throws(StorageError) -> ObjectParts?

  /// The tags of an object by key, or nil where the store has none at all.
  func tags(_ key: ObjectKey) async throws(StorageError) -> [ObjectTag]?

  /// What reads small objects whole; nil where every object takes an ordinary call.
  var wholeReader: (any WholeReader)? { get }
}

extension ObjectReader {
  public var listingDivision: ListingDivision { .pages }

  /// One page of all keys that start with a prefix.
  public func list(
    prefix: ObjectKey, from position: ListPosition?
  ) async throws(StorageError) -> ListingPage {
    try await list(ListScope(prefix), from: position)
  }

  public func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    throw StorageError(.invalidRequest, "\(location.url) lists no versions")
  }

  public func versioning() async throws(StorageError) -> Versioning { .unknown }

  public func parts(_ key: ObjectKey) async throws(StorageError) -> ObjectParts? { nil }

  public func tags(_ key: ObjectKey) async throws(StorageError) -> [ObjectTag]? { nil }

  public var wholeReader: (any WholeReader)? { nil }
}

/// A store that can ask for archived objects to be made readable; the source only under an explicit option.
public protocol ObjectRestorer: Sendable {
  func restore(_ key: ObjectKey, days: Int) async throws(StorageError)
}
