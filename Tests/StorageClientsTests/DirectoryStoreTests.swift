import Checksums
import NIOPosix
import ObjectStorage
import StorageClients
import StorageTesting
import Testing

@Suite("DirectoryStore")
struct DirectoryStoreTests {
  private static let traits = StoreConformance.Traits(
    keepsMetadata: false, digestsOfReceipt: [.md5, .crc64xz], partBytes: 1 << 20, listsVersions: false)

  @Test("a directory keeps the promises of a store", arguments: StoreConformance.Check.allCases)
  func conforms(_ check: StoreConformance.Check) async throws {
    try await withDirectoryPlace { place in
      try await StoreConformance(Self.traits, on: place.eventLoop) {
        try await DirectoryStore.open(path: place.path, threadPool: place.threadPool, pageSize: 3)
      }.run(check)
    }
  }

  @Test(
    "a store in memory keeps the promises of a store, with versions and without",
    arguments: StoreConformance.Check.allCases, [false, true])
  func memoryConforms(_ check: StoreConformance.Check, keepsVersions: Bool) async throws {
    for dialect in [MemoryStore.Dialect.s3, .oss] {
      let traits = StoreConformance.Traits(digestsOfHead: [.md5], partBytes: 1 << 20)
      try await StoreConformance(traits, on: MultiThreadedEventLoopGroup.singleton.next()) {
        MemoryStore(dialect, pageSize: 3, keepsVersions: keepsVersions)
      }.run(check)
    }
  }
}
