public import NIOCore

/// A store whose requests are counted and timed.
public struct CountedReader: ObjectReader {
  private let inner: any ObjectReader
  private let meter: RequestMeter

  public init(_ inner: any ObjectReader, _ meter: RequestMeter) {
    self.inner = inner
    self.meter = meter
  }

  public var location: StoreLocation { inner.location }
  public var listingDivision: ListingDivision { inner.listingDivision }

  public func list(
    _ scope: ListScope, from position: ListPosition?
  ) async throws(StorageError) -> ListingPage {
    try await meter.count(.list) { () throws(StorageError) in try await inner.list(scope, from: position) }
  }

  public func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    try await meter.count(.listVersions) { () throws(StorageError) in
      try await inner.listVersions(prefix: prefix, from: position)
    }
  }

  public func versioning() async throws(StorageError) -> Versioning {
    try await meter.count(.versioning) { () throws(StorageError) in try await inner.versioning() }
  }

  public func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    try await meter.count(.head) { () throws(StorageError) in try await inner.head(key, part: part) }
  }

  public func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    try await meter.count(.get) { () throws(StorageError) in
      try await inner.get(key, range: range, ifMatch: ifMatch, on: eventLoop)
    }
  }

  public func parts(_ key: ObjectKey) async throws(StorageError) -> ObjectParts? {
    try await meter.count(.attributes) { () throws(StorageError) in try await inner.parts(key) }
  }

  public func tags(_ key: ObjectKey) async throws(StorageError) -> [ObjectTag]? {
    try await meter.count(.tags) { () throws(StorageError) in try await inner.tags(key) }
  }
}

extension CountedReader {
  public var wholeReader: (any WholeReader)? {
    inner.wholeReader.map { CountedWholeReader(inner: $0, meter: meter) }
  }
}

private struct CountedWholeReader: WholeReader {
  let inner: any WholeReader
  let meter: RequestMeter

  func getWhole(
    _ key: ObjectKey, ifMatch: ETag?, size: Int, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WholeObject>) -> Void
  ) -> (any WholeCall)? {
    inner.getWhole(key, ifMatch: ifMatch, size: size, on: eventLoop, meter.counting(.get, deliver))
  }
}

/// A store that restores, whose requests to do so are counted and timed.
public struct CountedRestorer: ObjectRestorer {
  private let inner: any ObjectRestorer
  private let meter: RequestMeter

  public init(_ inner: any ObjectRestorer, _ meter: RequestMeter) {
    self.inner = inner
    self.meter = meter
  }

  public func restore(_ key: ObjectKey, days: Int) async throws(StorageError) {
    try await meter.count(.restore) { () throws(StorageError) in try await inner.restore(key, days: days) }
  }
}
