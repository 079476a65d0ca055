public import ObjectStorage
import Testing

/// Whole listings, page by page; a page that leads to itself ends the test.
extension ObjectReader {
  public func everyObject(
    _ prefix: ObjectKey = ObjectKey(""), limit: Int = 1000
  ) async throws -> [ListedObject] {
    try await level(ListScope(prefix, limit: limit)).objects
  }

  /// The same objects, folder by folder.
  public func everyObjectByFolder(_ prefix: ObjectKey, limit: Int) async throws -> [ListedObject] {
    let level = try await level(ListScope(prefix, isDelimited: true, limit: limit))
    var objects = level.objects
    for folder in level.folders { objects += try await everyObjectByFolder(folder, limit: limit) }
    return objects
  }

  /// The objects of a scope and its folders, none of which comes twice.
  public func level(
    _ scope: ListScope
  ) async throws -> (objects: [ListedObject], folders: [ObjectKey]) {
    var (objects, folders): ([ListedObject], [ObjectKey]) = ([], [])
    var position: ListPosition?
    repeat {
      let page = try await list(scope, from: position)
      objects += page.objects
      folders += page.commonPrefixes
      try #require(page.next == nil || page.next != position, "a page leads to itself")
      position = page.next
    } while position != nil && objects.count + folders.count < 100_000
    try #require(position == nil, "the listing does not end")
    #expect(Set(objects.map(\.key)).count == objects.count && Set(folders).count == folders.count)
    return (objects, folders)
  }

  public func everyVersion(_ prefix: ObjectKey = ObjectKey("")) async throws -> [ListedVersion] {
    var versions: [ListedVersion] = []
    var position: VersionPosition?
    repeat {
      let page = try await listVersions(prefix: prefix, from: position)
      versions += page.versions
      try #require(page.next == nil || page.next != position, "a page leads to itself")
      position = page.next
    } while position != nil && versions.count < 100_000
    try #require(position == nil, "the listing does not end")
    #expect(Set(versions.map { [$0.object.key.percentEncoded, $0.versionID] }).count == versions.count)
    return versions
  }
}
