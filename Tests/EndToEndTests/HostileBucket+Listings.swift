import NIOCore
import ObjectStorage
import StorageTesting
import Testing

/// The listings of our clients.
extension HostileBucket {
  /// Flat and by folder, over many pages; then the bytes of each object.
  func checkObjects(_ expected: Expected) async throws {
    if habits.losesPlaces {
      let error = await #expect(throws: StorageError.self) { _ = try await client.everyObject(limit: 1) }
      #expect(error?.message.contains("characters that the store has replaced") == true)
    }
    let flat = try await client.everyObject(limit: habits.losesPlaces ? 1000 : 7)
    expect(flat.map(\.key), Set(expected.keys), "flat")
    let folders = try await client.everyObjectByFolder(ObjectKey(""), limit: habits.losesPlaces ? 1000 : 5)
    expect(folders.map(\.key), Set(expected.keys), "by folder")
    for object in flat {
      let download = try await client.get(object.key, range: nil, ifMatch: nil, on: Self.loops.any())
      let bytes = Array(try await download.body.collect(upTo: 1 << 16).readableBytesView)
      #expect(expected[object.key]?.contains(bytes) == true, "\(name), bytes of \(object.key.shown)")
    }
    #expect(try await client.versioning() == habits.versioning ?? (isVersioned ? .enabled : .never))
  }

  func checkVersions(_ expected: Set<ObjectKey>) async throws {
    if let words = habits.versionsRefused {
      let error = await #expect(throws: StorageError.self) { _ = try await client.everyVersion() }
      #expect(error?.code == .malformedAnswer && error?.message.contains(words) == true)
      return try await checkPlainVersions(expected)
    }
    let versions = try await client.everyVersion()
    let names = expected.map { key in habits.versionsListedAs[key.text ?? ""].map { ObjectKey($0) } ?? key }
    expect(versions.filter(\.isLatest).map(\.object.key), Set(names), "by version")
    #expect(versions.allSatisfy { !$0.isDeleteMarker })
    let page = try await client.listVersions(prefix: ObjectKey(""), from: nil)
    #expect(page.isByteExact == !habits.versionsArePlain)
  }

  /// What plain XML can say is listed, where it does not share a page with what it cannot.
  private func checkPlainVersions(_ expected: Set<ObjectKey>) async throws {
    let groups = Dictionary(grouping: expected) { $0.text?.unicodeScalars.first }
    let plain = groups.filter { _, keys in
      keys.allSatisfy { key in
        key.text?.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value & 0xfffe != 0xfffe } == true
      }
    }
    #expect(plain.count > 20)
    for case (let first?, let keys) in plain {
      let versions = try await client.everyVersion(ObjectKey(String(first)))
      expect(versions.map(\.object.key), Set(keys), "by version")
      #expect(versions.allSatisfy { $0.isLatest && !$0.isDeleteMarker })
    }
  }
}
