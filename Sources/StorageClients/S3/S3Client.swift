public import NIOCore
public import ObjectStorage
public import StorageWire

/// A bucket of Amazon S3 or of a store that speaks its protocol.
public struct S3Client: ObjectReader {
  public let location: StoreLocation
  public let listingDivision: ListingDivision
  let caller: StoreCaller<S3Dialect>

  /// `now` is the machine's clock.
  public init(
    _ place: StorePlace, credentials: CredentialKeeper, transport: any HTTPTransport,
    now: @escaping @Sendable () -> Timestamp
  ) {
    location = place.location(.s3)
    // Directory buckets list in no order, and what other stores do is their own affair.
    let listsInOrder = place.endpoint.isAmazon && !place.bucket.hasSuffix("--x-s3")
    listingDivision = place.listingDivision ?? (listsInOrder ? .keys : .folders)
    caller = StoreCaller(
      dialect: S3Dialect(place: place), credentials: credentials, transport: transport,
      clock: StoreClock(now))
  }

  /// The same with keys that never change.
  public init(
    _ place: StorePlace, credentials: Credentials, transport: any HTTPTransport,
    now: @escaping @Sendable () -> Timestamp
  ) {
    self.init(
      place, credentials: CredentialKeeper(fixed: credentials, now: now), transport: transport, now: now)
  }

  public func list(
    _ scope: ListScope, from position: ListPosition?
  ) async throws(StorageError) -> ListingPage {
    var call = StoreCall(.get)
    call.query = [("list-type", "2"), ("encoding-type", "url"), ("max-keys", "\(scope.limit)")]
    call.query += scope.query
    switch position {
    case nil: break
    case .token(let token): call.query.append(("continuation-token", token))
    case .after(let key): call.query.append(("start-after", String(decoding: key.bytes, as: UTF8.self)))
    }
    return try await caller.listing(
      call,
      ListingRequest(
        bucket: location.bucket, scope: scope, position: position, encoding: .plusIsSpace, paging: .tokens))
  }

  public func listVersions(
    prefix: ObjectKey, from position: VersionPosition?
  ) async throws(StorageError) -> VersionPage {
    try await caller.versions(
      VersionListingRequest(
        bucket: location.bucket, prefix: prefix, position: position, encoding: .plusIsSpace))
  }

  public func versioning() async throws(StorageError) -> Versioning { try await caller.versioning() }

  public func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    var call = StoreCall(.head, key)
    if let part { call.query = [("partNumber", String(part))] }
    call.fields.add("x-amz-checksum-mode", "ENABLED")
    let answer = try await caller.finish(call, expecting: part == nil ? [200] : [200, 206])
    let size = try HeadSize.of(answer.fields, key: key)
    return S3Attributes.read(answer.fields, size: size, bucket: location.bucket, isWhole: part == nil)
  }

  public func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    let answer = try await caller.get(getCall(key), range: range, ifMatch: ifMatch, on: eventLoop)
    return ObjectDownload(
      attributes: S3Attributes.read(
        answer.response.fields, size: answer.span.objectSize, bucket: location.bucket, isWhole: range == nil),
      body: answer.response.body)
  }
}

extension S3Client: WholeReader {
  public var wholeReader: (any WholeReader)? { caller.isWhole ? self : nil }

  public func getWhole(
    _ key: ObjectKey, ifMatch: ETag?, size: Int, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WholeObject>) -> Void
  ) -> (any WholeCall)? {
    let bucket = location.bucket
    return caller.getWhole(
      getCall(key), ifMatch: ifMatch, size: size, on: eventLoop,
      { S3Attributes.read($0, size: Int64(size), bucket: bucket, isWhole: true) }, deliver)
  }

  private func getCall(_ key: ObjectKey) -> StoreCall {
    var call = StoreCall(.get, key)
    call.fields.add("x-amz-checksum-mode", "ENABLED")
    return call
  }
}

extension S3Client: ObjectRestorer {
  public func restore(_ key: ObjectKey, days: Int) async throws(StorageError) {
    var call = StoreCall(.post, key, query: [("restore", nil)])
    call.body = .document(S3Documents.restore(days: days))
    try await caller.restore(call)
  }
}
