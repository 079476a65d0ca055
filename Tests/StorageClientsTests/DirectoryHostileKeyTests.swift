import NIOCore
import ObjectStorage
import StorageClients
import StorageTesting
import Testing

/// One key of `fixtures/hostile_keys.json` and what a local directory can do with it.
struct DirectoryHostileKey: Decodable, Sendable, CustomTestStringConvertible {
  let key: String
  let local: String
  var testDescription: String { ObjectKey(key).percentEncoded }
}

private struct DirectoryHostileKeys: Decodable {
  let vectors: [DirectoryHostileKey]
  let collision_groups: [[String]]

  static func read() throws -> DirectoryHostileKeys {
    try Fixtures.decode(DirectoryHostileKeys.self, "hostile_keys.json")
  }
}

@Suite("DirectoryStore and the hostile keys")
struct DirectoryHostileKeyTests {
  @Test("every hostile key is stored byte for byte or refused beforehand, as the table says")
  func everyKey() async throws {
    let vectors = try DirectoryHostileKeys.read().vectors
    #expect(vectors.count >= 100)
    for vector in vectors {
      try await withDirectoryPlace { place in
        let store = try await place.open()
        let key = ObjectKey(vector.key)
        let isRefused = vector.local.hasPrefix("error:")
        #expect((store.refusal(of: key) != nil) == isRefused, "\(key.shown): \(vector.local)")
        let bytes = vector.local == "directory-marker" ? [] : patternedBytes(100)
        let body = await ObjectBody.bytes(bytes, on: place.eventLoop)
        if isRefused {
          await place.expectRefused(.unsafeKey) { _ = try await store.put(key, body, WriteOptions()) }
          #expect(try place.names().isEmpty)
        } else {
          _ = try await store.put(key, body, WriteOptions())
          #expect(try await contents(of: store, place) == [key: bytes])
        }
      }
    }
  }

  @Test("keys that other systems fold into one never overwrite each other")
  func collisions() async throws {
    for group in try DirectoryHostileKeys.read().collision_groups {
      try await withDirectoryPlace { place in
        let store = try await place.open()
        var stored: [ObjectKey: [UInt8]] = [:]
        for (index, name) in group.enumerated() {
          let bytes = name.hasSuffix("/") ? [] : patternedBytes(10, seed: UInt64(index + 1))
          let body = await ObjectBody.bytes(bytes, on: place.eventLoop)
          do throws(StorageError) {
            _ = try await store.put(ObjectKey(name), body, WriteOptions(ifAbsent: true))
            stored[ObjectKey(name)] = bytes
          } catch {
            #expect(error.code == .unsafeKey || error.code == .alreadyExists, "\(error)")
          }
        }
        #expect(!stored.isEmpty)
        #expect(try await contents(of: store, place) == stored, "\(group)")
      }
    }
  }

  /// Everything that the store lists, with its bytes.
  private func contents(of store: DirectoryStore, _ place: DirectoryPlace) async throws -> [ObjectKey:
    [UInt8]]
  {
    var contents: [ObjectKey: [UInt8]] = [:]
    for object in try await store.list(prefix: ObjectKey(""), from: nil).objects {
      let download = try await store.get(object.key, range: nil, ifMatch: object.eTag, on: place.eventLoop)
      contents[object.key] = Array(try await download.body.collect(upTo: 1 << 20).readableBytesView)
    }
    return contents
  }
}
