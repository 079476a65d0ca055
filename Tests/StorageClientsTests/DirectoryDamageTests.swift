import Checksums
import Glibc
import NIOCore
import ObjectStorage
import StorageClients
import StorageTesting
import Synchronization
import Testing

@Suite("DirectoryStore reads back what it wrote")
struct DirectoryDamageTests {
  @Test("bytes that are damaged on their way to the disk never get the key's name")
  func damagedWrite() async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      let body = await ObjectBody.scripted(
        [patternedBytes(5000, seed: 1), patternedBytes(5000, seed: 2)], on: place.eventLoop)
      let damaging = LaterChunkObserver { damageFirstFile(in: "\(place.path)/.tranship-incomplete") }
      await place.expectRefused(.localFault, "reads back other bytes") {
        _ = try await store.put(ObjectKey("a/b"), body.observed(by: damaging), WriteOptions())
      }
      #expect(try place.names() == [".tranship-incomplete"])
      #expect(try place.names(in: ".tranship-incomplete").isEmpty)
    }
  }

  @Test("an upload goes on in another run, from the parts that are there")
  func resumedUpload() async throws {
    try await withDirectoryPlace { place in
      let key = ObjectKey("made/later")
      let first = try await place.open()
      let id = try await first.createUpload(key, WriteOptions())
      _ = try await uploadPart(first, key, id, 2, place)
      let second = try await place.open()
      #expect(try await second.listUploads(prefix: ObjectKey("made/")).map(\.id) == [id])
      #expect(try await second.listParts(key, id).map(\.number) == [2])
      _ = try await uploadPart(second, key, id, 1, place)
      let parts = try await second.listParts(key, id)
      let receipt = try await second.completeUpload(key, id, parts: parts, ifAbsent: true)
      let whole = patternedBytes(5000, seed: 1) + patternedBytes(5000, seed: 2)
      #expect(receipt.checksums == [Checksum.of(whole, .md5), Checksum.of(whole, .crc64xz)])
      #expect(try await second.listUploads(prefix: ObjectKey("")).isEmpty)
      #expect(try place.names(in: ".tranship-incomplete").isEmpty)
    }
  }

  @Test("a part that was damaged while it lay there makes no object")
  func damagedPart() async throws {
    try await withDirectoryPlace { place in
      let key = ObjectKey("joined")
      let store = try await place.open()
      let id = try await store.createUpload(key, WriteOptions())
      let part = try await uploadPart(store, key, id, 1, place)
      let folder = "\(place.path)/.tranship-incomplete/upload-\(id.text)"
      let name = try #require(try DirectoryPlace.names(in: folder).first { $0.hasPrefix("part-") })
      damage("\(folder)/\(name)")
      await place.expectRefused(.localFault, "reads back other bytes") {
        _ = try await store.completeUpload(key, id, parts: [part], ifAbsent: true)
      }
      #expect(try await store.list(prefix: ObjectKey(""), from: nil).objects.isEmpty)
      #expect(try await store.listParts(key, id).map(\.number) == [1])
    }
  }

  @Test("many writers of one key that must not overwrite: one wins, and its bytes are whole")
  func writersOfOneKey() async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      let winners = await withTaskGroup(of: UInt64?.self) { group in
        for seed in 1...16 as ClosedRange<UInt64> {
          group.addTask {
            let body = await ObjectBody.bytes(patternedBytes(20_000, seed: seed), on: place.eventLoop)
            let receipt = try? await store.put(ObjectKey("a/one"), body, WriteOptions(ifAbsent: true))
            return receipt == nil ? nil : seed
          }
        }
        return await group.reduce(into: [UInt64]()) { winners, seed in if let seed { winners.append(seed) } }
      }
      let winner = try #require(winners.first)
      #expect(winners.count == 1)
      let download = try await store.get(ObjectKey("a/one"), range: nil, ifMatch: nil, on: place.eventLoop)
      let bytes = Array(try await download.body.collect(upTo: 1 << 20).readableBytesView)
      #expect(bytes == patternedBytes(20_000, seed: winner))
      #expect(try place.names(in: ".tranship-incomplete").isEmpty)
    }
  }

  /// A part whose bytes follow from its number.
  private func uploadPart(
    _ store: DirectoryStore, _ key: ObjectKey, _ id: UploadID, _ number: Int, _ place: DirectoryPlace
  ) async throws -> StoredPart {
    let body = await ObjectBody.bytes(patternedBytes(5000, seed: UInt64(number)), on: place.eventLoop)
    return try await store.uploadPart(key, id, number: number, body, contentMD5: nil)
  }
}

/// Flips one bit of a file.
private func damage(_ path: String) {
  let file = open(path, O_RDWR)
  defer { close(file) }
  var byte: UInt8 = 0
  pread(file, &byte, 1, 100)
  byte ^= 1
  pwrite(file, &byte, 1, 100)
}

private func damageFirstFile(in folder: String) {
  guard let name = try? DirectoryPlace.names(in: folder).first else { return }
  damage("\(folder)/\(name)")
}

/// Does something when a chunk passes that is not the first.
private final class LaterChunkObserver: BodyObserver {
  private let work: @Sendable () -> Void
  private let count = Mutex(0)

  init(_ work: @escaping @Sendable () -> Void) { self.work = work }

  func observe(_ chunk: ByteBuffer) {
    let isLater = count.withLock { count in
      count += 1
      return count > 1
    }
    if isLater { work() }
  }
}
