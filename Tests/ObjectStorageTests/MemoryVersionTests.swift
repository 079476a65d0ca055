import ObjectStorage
import StorageTesting
import Testing

@Suite("versions in memory")
struct MemoryVersionTests {
  private func versions(_ store: MemoryStore) async throws -> [ListedVersion] {
    var versions: [ListedVersion] = []
    var position: VersionPosition?
    repeat {
      let page = try await store.listVersions(prefix: ObjectKey(""), from: position)
      versions += page.versions
      position = page.next
    } while position != nil
    return versions
  }

  @Test(
    "a key that was deleted and written again has all its versions and its mark", arguments: [1, 2, 1000])
  func kept(pageSize: Int) async throws {
    let store = MemoryStore(pageSize: pageSize, keepsVersions: true)
    store.set(ObjectKey("a"), [1])
    store.set(ObjectKey("a"), [1, 2])
    store.remove(ObjectKey("a"))
    store.set(ObjectKey("a"), [1, 2, 3])
    store.set(ObjectKey("b"), [])
    store.remove(ObjectKey("b"))
    let versions = try await versions(store)
    #expect(versions.map(\.object.key.shown) == ["a", "a", "a", "a", "b", "b"])
    #expect(versions.map(\.object.size) == [3, 0, 2, 1, 0, 0])
    #expect(versions.map(\.isDeleteMarker) == [false, true, false, false, true, false])
    #expect(versions.map(\.isLatest) == [true, false, false, false, true, false])
    #expect(Set(versions.map(\.versionID)).count == 6)
    #expect(store.keys == [ObjectKey("a")])
    #expect(try await store.versioning() == .enabled)
    #expect(try await store.head(ObjectKey("a"), part: nil).versionID == versions[0].versionID)
  }

  @Test("a store without versions has one of each key, called null, and a place that is none is refused")
  func plain() async throws {
    let store = MemoryStore()
    store.set(ObjectKey("a"), [1])
    store.set(ObjectKey("a"), [1, 2])
    store.set(ObjectKey("b"), [])
    store.remove(ObjectKey("b"))
    let versions = try await versions(store)
    #expect(versions.map(\.object.size) == [2] && versions.map(\.versionID) == ["null"])
    #expect(try await store.versioning() == .never)
    let error = await #expect(throws: StorageError.self) {
      _ = try await store.listVersions(
        prefix: ObjectKey(""), from: VersionPosition(key: ObjectKey("a"), versionID: "none"))
    }
    #expect(error?.code == .invalidRequest)
    let rest = try await store.listVersions(
      prefix: ObjectKey(""), from: VersionPosition(key: ObjectKey("a"), versionID: nil))
    #expect(rest.versions.isEmpty)
  }
}
