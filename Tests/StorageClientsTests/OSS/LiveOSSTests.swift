import Checksums
import Foundation
import NIOCore
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@testable import StorageClients

/// Runs the promises of a store against a real one, where the environment names its endpoint and keys.
@Suite(.timeLimit(.minutes(10))) struct LiveOSSTests {
  static let environment = ProcessInfo.processInfo.environment
  static let endpoint = environment["TRANSHIP_TEST_OSS_ENDPOINT"]

  @Test(
    "an OSS store keeps the promises of a store", .enabled(if: endpoint != nil),
    arguments: StoreConformance.Check.allCases)
  func conforms(_ check: StoreConformance.Check) async throws {
    let traits = StoreConformance.Traits(
      digestsOfReceipt: [.md5, .crc64xz], digestsOfHead: [.md5, .crc64xz])
    try await StoreConformance(traits, on: Sending.group.any()) { try await Self.emptyStore() }.run(check)
  }

  static func emptyStore() async throws -> OSSClient {
    let credentials = try CredentialSource(environment: environment) { _ in nil }
      .credentials(for: .oss, side: .destination)
    let place = StorePlace(
      bucket: "conformance-\(UUID().uuidString.lowercased().prefix(13))",
      endpoint: try HTTPOrigin(endpoint: endpoint ?? ""), region: "cn-hangzhou")
    let store = OSSClient(place, credentials: credentials, transport: try Sending.client()) {
      Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
    }
    _ = try await store.caller.finish(StoreCall(.put), expecting: [200])
    return store
  }
}
