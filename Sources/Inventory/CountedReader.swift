public import NIOCore
public import ObjectStorage
import Synchronization

/// How often a store was asked for a page of its listing.
public final class ListRequests: Sendable {
  private let number = Mutex<Int64>(0)

  public init() {}

  public var count: Int64 { number.withLock { $0 } }

  func add() { number.withLock { $0 += 1 } }
}

/// A store whose listing requests are counted.
public struct CountedReader: ObjectReader {
  private let inner: any ObjectReader
  private let requests: ListRequests

  public init(_ inner: any ObjectReader, _ requests: ListRequests) {
    self.inner = inner
    self.requests = requests
  }

  public var location: StoreLocation { inner.location }
  public var listingDivision: ListingDivision { inner.listingDivision }

  public func list(
    _ scope: ListScope, from position: ListPosition?
  ) async throws(StorageError) -> ListingPage {
    requests.add()
    return try await inner.list(scope, from: position)
  }

  public func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    requests.add()
    return try await inner.listVersions(prefix: prefix, from: position)
  }

  public func versioning() async throws(StorageError) -> Versioning { try await inner.versioning() }

  public func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    try await inner.head(key, part: part)
  }

  public func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    try await inner.get(key, range: range, ifMatch: ifMatch, on: eventLoop)
  }

  public func parts(_ key: ObjectKey) async throws(StorageError) -> ObjectParts? {
    try await inner.parts(key)
  }

  public func tags(_ key: ObjectKey) async throws(StorageError) -> [ObjectTag]? {
    try await inner.tags(key)
  }
}
