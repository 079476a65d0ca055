import ObjectStorage
import Testing

extension StoreConformance {
  /// Chosen so that no key is a folder of another, and so that `/`, which stands between `.` and `0`, shows
  /// whether folders are compared with their slash.
  private static let keys = [
    "zebra", "a/c/deep", "a-b", "a/b", "a.b", "a0", "ab", "B", "é", "日本", "z/1", "z/10", "z/2", "z!", "📦",
  ].map { ObjectKey($0) }

  private func fill(_ store: any ObjectWriter) async throws {
    for (index, key) in Self.keys.enumerated() { try await put(store, key, patternedBytes(index)) }
  }

  func emptyListing(_ store: any ObjectWriter) async throws {
    for prefix in ["", "a", "a/", "a/b"] {
      let page = try await store.list(prefix: ObjectKey(prefix), from: nil)
      #expect(page.objects.isEmpty && page.next == nil, "prefix \(prefix)")
    }
  }

  func listingOrder(_ store: any ObjectWriter) async throws {
    try await fill(store)
    let listed = try await listAll(store)
    #expect(listed.map(\.key) == Self.keys.sorted())
    for object in listed {
      let index = try #require(Self.keys.firstIndex(of: object.key))
      #expect(object.size == Int64(index))
    }
  }

  func listingPrefix(_ store: any ObjectWriter) async throws {
    try await fill(store)
    for prefix in ["a", "a/", "a/c", "a/c/", "z/1", "z/", "zebra", "zebra/", "é", "none", "none/at/all"] {
      let expected = Self.keys.filter { $0.hasPrefix(ObjectKey(prefix)) }.sorted()
      #expect(try await listAll(store, prefix: prefix).map(\.key) == expected, "prefix \(prefix)")
    }
  }

  func listingAgreesWithHead(_ store: any ObjectWriter) async throws {
    try await put(store, ObjectKey("one/two"), patternedBytes(1234))
    let listed = try #require(try await listAll(store).first)
    let attributes = try await store.head(ObjectKey("one/two"), part: nil)
    #expect(listed.key == ObjectKey("one/two"))
    #expect(listed.size == 1234 && attributes.size == 1234)
    let listedTag = try #require(listed.eTag)
    let reportedTag = try #require(attributes.eTag)
    #expect(listedTag.isSame(as: reportedTag))
  }

  func listingResumes(_ store: any ObjectWriter) async throws {
    try await fill(store)
    var keys: [ObjectKey] = []
    var position: ListPosition?
    repeat {
      let page = try await store.list(prefix: ObjectKey(""), from: position)
      let again = try await store.list(prefix: ObjectKey(""), from: position)
      #expect(again.objects.map(\.key) == page.objects.map(\.key), "a page that is asked for twice")
      keys += page.objects.map(\.key)
      position = try page.next.map { try #require(ListPosition(text: $0.text)) }
    } while position != nil && keys.count <= Self.keys.count
    #expect(keys == Self.keys.sorted())
  }
}
