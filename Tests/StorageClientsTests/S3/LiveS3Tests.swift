import Checksums
import Foundation
import NIOCore
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// Runs the promises of a store against a real one, where the environment names its endpoint and keys.
@Suite(.timeLimit(.minutes(5))) struct LiveS3Tests {
  static let environment = ProcessInfo.processInfo.environment
  static let endpoint = environment["TRANSHIP_TEST_S3_ENDPOINT"]

  @Test(
    "an S3 store keeps the promises of a store", .enabled(if: endpoint != nil),
    arguments: StoreConformance.Check.allCases)
  func conforms(_ check: StoreConformance.Check) async throws {
    let traits = StoreConformance.Traits(digestsOfReceipt: [.md5], digestsOfHead: [.md5])
    try await StoreConformance(traits, on: Sending.group.any()) { try await Self.emptyStore() }.run(check)
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
