import Checksums
import Glibc
import NIOCore
import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

@Suite("DirectoryStore lists")
struct DirectoryListingTests {
  @Test(
    "every key once and in order, whatever the page and the batch", arguments: [1, 2, 3, 7, 1000],
    [1, 2, 5, 1000])
  func order(pageSize: Int, batchSize: Int) async throws {
    try await withDirectoryPlace { place in
      let folders = ["a", "a-", "a/a", "a/a/a", "b", "b/c", "z", "empty", "a/none"]
      for folder in folders { place.makeFolder(folder) }
      let files = folders.dropLast(2).flatMap { folder in
        ["1", "2", "a-b", "a.b", "a0", "é", "z!"].map { "\(folder)/\($0)" }
      }
      for file in files { try place.write("x", to: file) }
      let expected = (files + ["empty/", "a/none/"]).map { ObjectKey($0) }.sorted()
      let store = try await DirectoryStore.open(
        path: place.path, threadPool: place.threadPool, folderMarkers: .emptyOnly, pageSize: pageSize,
        batchSize: batchSize)
      #expect(try await allKeys(store) == expected)
      for start in expected {
        let page = try await store.list(prefix: ObjectKey(""), from: .after(start))
        let rest = expected.drop { $0 <= start }
        #expect(page.objects.map(\.key) == Array(rest.prefix(pageSize)), "after \(start.shown)")
      }
    }
  }

  @Test("folders are markers where nothing is in them, or all of them where asked for")
  func markers() async throws {
    try await withDirectoryPlace { place in
      for folder in ["full", "full/inner", "hollow"] { place.makeFolder(folder) }
      try place.write("x", to: "full/inner/file")
      let emptyOnly = try await allKeys(place.open())
      #expect(emptyOnly == ["full/inner/file", "hollow/"].map { ObjectKey($0) })
      let all = try await allKeys(place.open(folderMarkers: .all, pageSize: 1))
      #expect(all == ["full/", "full/inner/", "full/inner/file", "hollow/"].map { ObjectKey($0) })
    }
  }

  @Test("a marker is written, found and read as zero bytes, and has the digests of none")
  func markerObject() async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      try await place.put(store, "a/b/", "")
      try await place.put(store, "a/b/", "", ifAbsent: true)
      let attributes = try await store.head(ObjectKey("a/b/"), part: nil)
      #expect(attributes.size == 0)
      #expect(attributes.checksum(.md5)?.hex == "d41d8cd98f00b204e9800998ecf8427e")
      let download = try await store.get(ObjectKey("a/b/"), range: nil, ifMatch: nil, on: place.eventLoop)
      #expect(try await download.body.drain() == 0)
      await place.expectUnsafe("5 bytes cannot be a folder") { try await place.put(store, "a/c/", "bytes") }
      #expect(try await allKeys(store) == [ObjectKey("a/b/")])
    }
  }

  @Test("a name that is not UTF-8 keeps its bytes")
  func bytesOfNames() async throws {
    try await withDirectoryPlace { place in
      let name: [UInt8] = [0x61, 0xFF, 0xFE, 0x80]
      let store = try await place.open()
      let body = await ObjectBody.bytes([1], on: place.eventLoop)
      _ = try await store.put(ObjectKey(bytes: name), body, WriteOptions())
      #expect(try await allKeys(store) == [ObjectKey(bytes: name)])
      #expect(try await store.head(ObjectKey(bytes: name), part: nil).size == 1)
    }
  }

  @Test("an ETag is never taken for a digest")
  func eTags() async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      for size in [0, 1, 4096, 70_000] {
        let body = await ObjectBody.bytes(patternedBytes(size), on: place.eventLoop)
        let receipt = try await store.put(ObjectKey("file-\(size)"), body, WriteOptions())
        let eTag = try #require(receipt.eTag)
        #expect(eTag.md5Shape == nil && eTag.multipartShape == nil)
        #expect(try await store.head(ObjectKey("file-\(size)"), part: nil).eTag == eTag)
      }
    }
  }

  private func allKeys(_ store: DirectoryStore) async throws -> [ObjectKey] {
    var keys: [ObjectKey] = []
    var position: ListPosition?
    repeat {
      let page = try await store.list(prefix: ObjectKey(""), from: position)
      keys += page.objects.map(\.key)
      position = page.next
    } while position != nil && keys.count < 10_000
    return keys
  }
}
