import ObjectStorage
import Testing

extension StoreConformance {
  private static let keys = [
    "top", "a/b", "a/c/deep", "a/c/deeper/x", "a/c/deeper/y", "a-b/z", "a0", "é/1", "é/2", "日本/本/一", "z",
  ].map { ObjectKey($0) }

  /// Where a path would have empty names, and where a folder is an object itself.
  private static let oddKeys = [
    "a//b", "a//", "a/", "a///c/d", "a/b", "//", "/", "/lead", "/lead/x", "m/", "m/1", "n//", "tail/x/",
  ].map { ObjectKey($0) }

  func folders(_ store: any ObjectWriter) async throws {
    guard try await divides(store) else { return }
    for key in Self.keys { try await put(store, key, [1]) }
    let level = try await level(store, ObjectKey(""))
    #expect(Set(level.folders) == Set(["a/", "a-b/", "é/", "日本/"].map { ObjectKey($0) }))
    #expect(Set(level.keys) == Set(["top", "a0", "z"].map { ObjectKey($0) }))
    let below = try await self.level(store, ObjectKey("a/"))
    #expect(below.folders == [ObjectKey("a/c/")] && below.keys == [ObjectKey("a/b")])
    for limit in [1, 2, 1000] {
      for prefix in ["", "a", "a/", "a/c", "a/c/d", "a/c/deeper/", "é/", "none/"] {
        let expected = Self.keys.filter { $0.hasPrefix(ObjectKey(prefix)) }.sorted()
        let found = try await store.everyObjectByFolder(ObjectKey(prefix), limit: limit).map(\.key)
        #expect(found.sorted() == expected, "prefix \(prefix), pages of \(limit)")
      }
    }
  }

  func oddFolders(_ store: any ObjectWriter) async throws {
    guard try await divides(store) else { return }
    for key in Self.oddKeys where store.refusal(of: key) == nil { try await put(store, key, [1]) }
    for prefix in ["", "a", "a/", "a//", "/", "//", "m/", "n/", "n//", "tail/"] {
      let flat = try await listAll(store, prefix: prefix).map(\.key).sorted()
      #expect(!flat.isEmpty || prefix.hasPrefix("/") || prefix.contains("//"))
      for limit in [1, 2, 1000] {
        let found = try await store.everyObjectByFolder(ObjectKey(prefix), limit: limit).map(\.key)
        #expect(found.sorted() == flat, "prefix \(prefix), pages of \(limit)")
      }
    }
  }

  /// A store that does not divide its listing refuses to.
  private func divides(_ store: any ObjectWriter) async throws -> Bool {
    guard store.listingDivision == .pages else { return true }
    await expectError([.invalidRequest]) {
      _ = try await store.list(ListScope(ObjectKey(""), isDelimited: true), from: nil)
    }
    return false
  }

  /// The keys and folders of one level; none is of another level, and no page is longer than asked for.
  private func level(
    _ store: any ObjectWriter, _ prefix: ObjectKey
  ) async throws -> (keys: [ObjectKey], folders: [ObjectKey]) {
    let scope = ListScope(prefix, isDelimited: true, limit: 2)
    let first = try await store.list(scope, from: nil)
    #expect(first.objects.count + first.commonPrefixes.count <= 2)
    let found = try await store.level(scope)
    let names = found.objects.map { ($0.key, false) } + found.folders.map { ($0, true) }
    for (name, isFolder) in names {
      let rest = name.bytes.dropFirst(prefix.bytes.count)
      let slashes = rest.indices.filter { rest[$0] == UInt8(ascii: "/") }
      #expect(name.hasPrefix(prefix) && slashes == (isFolder ? [rest.endIndex - 1] : []), "\(name.shown)")
    }
    return (found.objects.map(\.key), found.folders)
  }
}
