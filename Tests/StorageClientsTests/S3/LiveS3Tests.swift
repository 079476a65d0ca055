import Checksums
import Foundation
import NIOCore
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// Runs the promises of a store against a real one, where the environment names its endpoint and keys.
@Suite(.timeLimit(.minutes(10))) struct LiveS3Tests {
  static let environment = ProcessInfo.processInfo.environment
  static let endpoint = environment["TRANSHIP_TEST_S3_ENDPOINT"]

  @Test(
    "an S3 store keeps the promises of a store", .enabled(if: endpoint != nil),
    arguments: StoreConformance.Check.allCases)
  func conforms(_ check: StoreConformance.Check) async throws {
    let traits = StoreConformance.Traits(digestsOfReceipt: [.md5], digestsOfHead: [.md5])
    try await StoreConformance(traits, on: Sending.group.any()) { try await Self.emptyStore() }.run(check)
  }

  @Test("an S3 store tells the sizes of parts, with gaps in their numbers too", .enabled(if: endpoint != nil))
  func parts() async throws {
    let store = try await Self.emptyStore()
    let loop = Sending.group.any()
    let key = ObjectKey("parts")
    let upload = try await store.createUpload(key, WriteOptions())
    var parts: [StoredPart] = []
    for (number, size) in [(2, 5 << 20), (7, 6 << 20), (9, 3)] {
      let body = await ObjectBody.bytes([UInt8](repeating: UInt8(number), count: size), on: loop)
      parts.append(try await store.uploadPart(key, upload, number: number, body, contentMD5: nil))
    }
    _ = try await store.completeUpload(key, upload, parts: parts, ifAbsent: false)
    let head = try await store.head(key, part: nil)
    #expect(head.compositeChecksums == [head.eTag?.multipartShape])
    let found = try #require(try await store.parts(key))
    #expect(found.partCount == 3 && found.size == Int64(11 << 20) + 3)
    // Amazon tells parts only of uploads with checksums.
    guard !found.parts.isEmpty else { return }
    #expect(found.parts.map(\.size) == [5 << 20, 6 << 20, 3])
    for part in found.parts {
      let head = try await store.head(key, part: part.number)
      #expect(head.size == part.size && head.partCount == 3)
    }
  }

  @Test("an S3 store has no parts of an object that was put whole", .enabled(if: endpoint != nil))
  func whole() async throws {
    let store = try await Self.emptyStore()
    let key = ObjectKey("whole")
    let body = await ObjectBody.bytes([UInt8](repeating: 1, count: 12 << 20), on: Sending.group.any())
    _ = try await store.put(key, body, WriteOptions())
    let found = try #require(try await store.parts(key))
    #expect(found.partCount == nil && found.parts.isEmpty && found.size == 12 << 20)
    #expect(try await store.head(key, part: 1).partCount == nil)
    #expect(try await store.tags(key) == [])
  }

  static func emptyStore() async throws -> S3Client {
    let credentials = try CredentialSource(environment: environment) { _ in nil }
      .credentials(for: .s3, side: .source)
    let place = StorePlace(
      bucket: "conformance-\(UUID().uuidString.lowercased().prefix(13))",
      endpoint: try HTTPOrigin(endpoint: endpoint ?? ""), region: "us-east-1")
    let store = S3Client(place, credentials: credentials, transport: try Sending.client()) {
      Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
    }
    _ = try await store.caller.finish(StoreCall(.put), expecting: [200])
    return store
  }
}
