public import NIOCore
public import ObjectStorage
public import StorageWire

/// A bucket of Alibaba Cloud OSS.
public struct OSSClient: ObjectReader {
  /// Which of the vendor's two listing calls is used.
  public enum ListVersion: Int, Sendable {
    case one = 1
    case two = 2
  }

  public let location: StoreLocation
  public let listingDivision: ListingDivision
  let caller: StoreCaller<OSSDialect>
  private let listVersion: ListVersion

  /// `now` is the machine's clock.
  public init(
    _ place: StorePlace, credentials: CredentialKeeper, transport: any HTTPTransport,
    signature: OSSSignature = .four, listVersion: ListVersion = .two,
    now: @escaping @Sendable () -> Timestamp
  ) {
    location = place.location(.oss)
    listingDivision = place.listingDivision ?? .keys
    self.listVersion = listVersion
    caller = StoreCaller(
      dialect: OSSDialect(place: place, signature: signature), credentials: credentials, transport: transport,
      clock: StoreClock(now))
  }

  /// The same with keys that never change.
  public init(
    _ place: StorePlace, credentials: Credentials, transport: any HTTPTransport,
    signature: OSSSignature = .four, listVersion: ListVersion = .two,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.init(
      place, credentials: CredentialKeeper(fixed: credentials, now: now), transport: transport,
      signature: signature, listVersion: listVersion, now: now)
  }

  public func list(
    _ scope: ListScope, from position: ListPosition?
  ) async throws(StorageError) -> ListingPage {
    var call = StoreCall(.get)
    if listVersion == .two { call.query.append(("list-type", "2")) }
    call.query += [("encoding-type", "url"), ("max-keys", "\(scope.limit)")]
    call.query += scope.query
    switch position {
    case nil: break
    case .token(let token): call.query.append(("continuation-token", token))
    case .after(let key):
      let name = listVersion == .two ? "start-after" : "marker"
      call.query.append((name, String(decoding: key.bytes, as: UTF8.self)))
    }
    return try await caller.listing(
      call,
      ListingRequest(
        bucket: location.bucket, scope: scope, position: position, encoding: .plusIsPlus,
        paging: listVersion == .two ? .tokens : .markers))
  }

  public func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    try await caller.versions(
      VersionListingRequest(
        bucket: location.bucket, prefix: prefix, position: position, encoding: .plusIsPlus))
  }

  public func versioning() async throws(StorageError) -> Versioning { try await caller.versioning() }

  public func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    guard part == nil else {
      throw StorageError(.invalidRequest, "OSS tells nothing of the parts of an object", key: key)
    }
    let answer = try await caller.finish(StoreCall(.head, key), expecting: [200])
    return OSSAttributes.read(answer.fields, size: try HeadSize.of(answer.fields, key: key))
  }

  public func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    let answer = try await caller.get(
      StoreCall(.get, key), range: range, ifMatch: ifMatch, on: eventLoop)
    return ObjectDownload(
      attributes: OSSAttributes.read(answer.response.fields, size: answer.span.objectSize),
      body: answer.response.body)
  }
}

extension OSSClient: WholeReader {
  public var wholeReader: (any WholeReader)? { caller.isWhole ? self : nil }

  public func getWhole(
    _ key: ObjectKey, ifMatch: ETag?, size: Int, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WholeObject>) -> Void
  ) -> (any WholeCall)? {
    caller.getWhole(
      StoreCall(.get, key), ifMatch: ifMatch, size: size, on: eventLoop,
      { OSSAttributes.read($0, size: Int64(size)) }, deliver)
  }
}

extension OSSClient: ObjectRestorer {
  public func restore(_ key: ObjectKey, days: Int) async throws(StorageError) {
    var call = StoreCall(.post, key, query: [("restore", nil)])
    call.body = .document(OSSDocuments.restore(days: days))
    try await caller.restore(call)
  }
}
