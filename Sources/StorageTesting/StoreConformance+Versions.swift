import ObjectStorage
import Testing

extension StoreConformance {
  /// Each key, and how often it is written.
  private static let writes: [(key: ObjectKey, count: Int)] = [
    (ObjectKey("a/b"), 3), (ObjectKey("a/c d+e"), 1), (ObjectKey("a0"), 2), (ObjectKey("日本/本"), 4),
    (ObjectKey("z"), 1),
  ]

  func versions(_ store: any ObjectWriter) async throws {
    guard traits.listsVersions else {
      return await expectError([.invalidRequest]) {
        _ = try await store.listVersions(prefix: ObjectKey(""), from: nil)
      }
    }
    for round in 0..<4 {
      for (key, count) in Self.writes where round < count {
        try await put(store, key, patternedBytes(10 * round + 1))
      }
    }
    let keepsVersions = try await store.versioning() == .enabled
    for prefix in ["", "a", "a/", "日", "none"] {
      let versions = try await store.everyVersion(ObjectKey(prefix))
      let expected = Self.writes.filter { $0.key.hasPrefix(ObjectKey(prefix)) }
      for (key, count) in expected {
        let sizes = versions.filter { $0.object.key == key }.map(\.object.size).sorted()
        let written = (0..<count).map { Int64(10 * $0 + 1) }
        #expect(sizes == (keepsVersions ? written : written.suffix(1)), "\(key.shown)")
      }
      #expect(Set(versions.map(\.object.key)) == Set(expected.map(\.key)))
      #expect(versions.allSatisfy { !$0.isDeleteMarker })
      let latest = versions.filter(\.isLatest).map(\.object).sorted { $0.key < $1.key }
      #expect(latest == (try await listAll(store, prefix: prefix)).sorted { $0.key < $1.key })
    }
  }
}
