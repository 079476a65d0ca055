import Checksums
import DevStore
import Foundation
import NIOPosix
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// The promises of a store, kept by the clients over HTTP against a server that shares no code with them.
@Suite struct DevStoreConformanceTests {
  private static let credentials = Credentials(accessKeyID: "conformance", secretAccessKey: "secret/+=")

  private func server(_ dialect: Dialect) async throws -> (DevStore, TemporaryFolder) {
    let folder = try TemporaryFolder()
    let store = try await DevStore.start(
      DevStoreConfiguration(
        dialect: dialect, root: folder.path, accessKeyID: Self.credentials.accessKeyID,
        secretAccessKey: Self.credentials.secretAccessKey, versionedBuckets: ["versioned"], pageLimit: 3))
    return (store, folder)
  }

  private static func place(_ store: DevStore, isVersioned: Bool = false) throws -> StorePlace {
    let bucket = isVersioned ? "versioned" : "b-\(UUID().uuidString.lowercased().prefix(13))"
    try store.createBucket(bucket)
    return StorePlace(
      bucket: bucket, endpoint: try HTTPOrigin(endpoint: store.endpoint), region: store.configuration.region)
  }

  @Sendable private static func now() -> Timestamp {
    Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
  }

  @Test("the S3 client keeps the promises of a store", arguments: StoreConformance.Check.allCases)
  func s3(_ check: StoreConformance.Check) async throws {
    let (store, folder) = try await server(.s3)
    let traits = StoreConformance.Traits(digestsOfReceipt: [.md5], digestsOfHead: [.md5])
    try await StoreConformance(traits, on: Sending.group.any()) {
      S3Client(
        try Self.place(store), credentials: Self.credentials, transport: try Sending.client(), now: Self.now)
    }.run(check)
    await store.stop()
    withExtendedLifetime(folder) {}
  }

  @Test(
    "the OSS client keeps the promises of a store, with either signature and listing",
    arguments: StoreConformance.Check.allCases, [OSSSignature.one, .four])
  func oss(_ check: StoreConformance.Check, _ signature: OSSSignature) async throws {
    let (store, folder) = try await server(.oss)
    let traits = StoreConformance.Traits(
      digestsOfReceipt: [.crc64xz], digestsOfHead: [.crc64xz], partBytes: 100 << 10)
    try await StoreConformance(traits, on: Sending.group.any()) {
      OSSClient(
        try Self.place(store), credentials: Self.credentials, transport: try Sending.client(),
        signature: signature, listVersion: signature == .one ? .one : .two, now: Self.now)
    }.run(check)
    await store.stop()
    withExtendedLifetime(folder) {}
  }

  @Test(
    "a bucket that keeps versions keeps the promises that speak of one object",
    arguments: Dialect.allCases,
    [
      StoreConformance.Check.versions, .overwrite, .ifAbsent, .shortBody, .condition, .multipart,
      .awkwardKeys,
      .listingOrder, .oddFolders,
    ])
  func versioned(_ dialect: Dialect, _ check: StoreConformance.Check) async throws {
    let (store, folder) = try await server(dialect)
    let traits = StoreConformance.Traits(
      digestsOfReceipt: dialect == .s3 ? [.md5] : [.crc64xz], partBytes: dialect == .s3 ? 5 << 20 : 100 << 10)
    try await StoreConformance(traits, on: Sending.group.any()) {
      let place = try Self.place(store, isVersioned: true)
      return dialect == .s3
        ? S3Client(place, credentials: Self.credentials, transport: try Sending.client(), now: Self.now)
        : OSSClient(place, credentials: Self.credentials, transport: try Sending.client(), now: Self.now)
    }.run(check)
    await store.stop()
    withExtendedLifetime(folder) {}
  }

  @Test("an object that was deleted is listed by its mark and its versions", arguments: Dialect.allCases)
  func deleted(_ dialect: Dialect) async throws {
    let (store, folder) = try await server(dialect)
    let place = try Self.place(store, isVersioned: true)
    let s3 = S3Client(place, credentials: Self.credentials, transport: try Sending.client(), now: Self.now)
    let oss = OSSClient(place, credentials: Self.credentials, transport: try Sending.client(), now: Self.now)
    let client: any ObjectWriter = dialect == .s3 ? s3 : oss
    let key = ObjectKey("gone +/%.csv")
    let other = ObjectKey("stays")
    var written: [String?] = []
    for key in [key, other, key] {
      written.append(
        try await client.put(key, .bytes([1], on: Sending.group.any()), WriteOptions()).versionID)
    }
    let call = StoreCall(.delete, key)
    let answer =
      dialect == .s3
      ? try await s3.caller.finish(call, expecting: [204])
      : try await oss.caller.finish(call, expecting: [204])
    let mark = dialect == .s3 ? answer.fields["x-amz-version-id"] : answer.fields["x-oss-version-id"]
    let versions = try await client.everyVersion()
    #expect(versions.map(\.object.key) == [key, key, key, other])
    #expect(versions.map(\.versionID) == [mark, written[2], written[0], written[1]])
    #expect(versions.map(\.isLatest) == [true, false, false, true])
    #expect(versions.map(\.isDeleteMarker) == [true, false, false, false])
    #expect(versions.allSatisfy { ($0.object.eTag == nil) == $0.isDeleteMarker })
    #expect(try await client.list(prefix: ObjectKey(""), from: nil).objects.map(\.key) == [other])
    let error = await #expect(throws: StorageError.self) { _ = try await client.head(key, part: nil) }
    #expect(error?.code == .notFound)
    #expect(try await client.versioning() == .enabled)
    await store.stop()
    withExtendedLifetime(folder) {}
  }

  @Test(
    "a wrong secret and an unknown key are named as such, and a missing bucket too",
    arguments: Dialect.allCases)
  func refusals(_ dialect: Dialect) async throws {
    let (store, folder) = try await server(dialect)
    var place = try Self.place(store)
    func code(_ credentials: Credentials, _ place: StorePlace) async throws -> StorageError.Code? {
      let transport = try Sending.client()
      let client: any ObjectReader =
        dialect == .s3
        ? S3Client(place, credentials: credentials, transport: transport, now: Self.now)
        : OSSClient(place, credentials: credentials, transport: transport, now: Self.now)
      do {
        _ = try await client.list(prefix: ObjectKey(""), from: nil)
        return nil
      } catch {
        return error.code
      }
    }
    #expect(try await code(Self.credentials, place) == nil)
    let wrong = Credentials(accessKeyID: Self.credentials.accessKeyID, secretAccessKey: "other")
    #expect(try await code(wrong, place) == .credentialsRejected)
    #expect(
      try await code(Credentials(accessKeyID: "nobody", secretAccessKey: "x"), place) == .credentialsRejected)
    place.bucket = "no-such-bucket"
    #expect(try await code(Self.credentials, place) == .noSuchBucket)
    await store.stop()
    withExtendedLifetime(folder) {}
  }

  @Test("an archived object is refused as such until it is restored", arguments: Dialect.allCases)
  func archived(_ dialect: Dialect) async throws {
    let (store, folder) = try await server(dialect)
    let place = try Self.place(store)
    let client: any ObjectWriter & ObjectRestorer =
      dialect == .s3
      ? S3Client(place, credentials: Self.credentials, transport: try Sending.client(), now: Self.now)
      : OSSClient(place, credentials: Self.credentials, transport: try Sending.client(), now: Self.now)
    let key = ObjectKey("cold")
    let loop = Sending.group.any()
    _ = try await client.put(key, .bytes([1, 2, 3], on: loop), WriteOptions())
    try store.archive(bucket: place.bucket, key: key.bytes)
    let error = await #expect(throws: StorageError.self) {
      _ = try await client.get(key, range: nil, ifMatch: nil, on: loop)
    }
    #expect(error?.code == .archived)
    try await client.restore(key, days: 1)
    let download = try await client.get(key, range: nil, ifMatch: nil, on: loop)
    #expect(try await download.body.drain() == 3)
    await store.stop()
    withExtendedLifetime(folder) {}
  }
}
