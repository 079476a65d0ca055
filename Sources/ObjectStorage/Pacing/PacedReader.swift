public import NIOCore

/// A store that is asked no more often than a limit allows, and whose bodies come no faster than another.
///
/// Each call counts as the requests that it makes; without a limit it costs nothing.
public struct PacedReader: ObjectReader {
  private let inner: any ObjectReader
  private let requests: RateLimiter?
  private let bandwidth: RateLimiter?

  public init(_ inner: any ObjectReader, requests: RateLimiter?, bandwidth: RateLimiter?) {
    self.inner = inner
    self.requests = requests
    self.bandwidth = bandwidth
  }

  public var location: StoreLocation { inner.location }
  public var listingDivision: ListingDivision { inner.listingDivision }

  public func list(
    _ scope: ListScope, from position: ListPosition?
  ) async throws(StorageError) -> ListingPage {
    try await requests?.pass()
    return try await inner.list(scope, from: position)
  }

  public func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    try await requests?.pass()
    return try await inner.listVersions(prefix: prefix, from: position)
  }

  public func versioning() async throws(StorageError) -> Versioning {
    try await requests?.pass()
    return try await inner.versioning()
  }

  public func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    try await requests?.pass()
    return try await inner.head(key, part: part)
  }

  public func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    try await requests?.pass()
    let download = try await inner.get(key, range: range, ifMatch: ifMatch, on: eventLoop)
    guard let bandwidth else { return download }
    return ObjectDownload(attributes: download.attributes, body: await download.body.paced(by: bandwidth))
  }

  public func parts(_ key: ObjectKey) async throws(StorageError) -> ObjectParts? {
    try await requests?.pass()
    let parts = try await inner.parts(key)
    requests?.owe(furtherPages(parts?.parts.count ?? 0))
    return parts
  }

  public func tags(_ key: ObjectKey) async throws(StorageError) -> [ObjectTag]? {
    try await requests?.pass()
    return try await inner.tags(key)
  }
}

/// Requests after the first for lists of 1,000 a page.
func furtherPages(_ rows: Int) -> Int64 { Int64(max(0, rows - 1) / 1000) }
