import Checksums
import NIOCore
import ObjectStorage
import Testing

extension StoreConformance {
  func emptyObject(_ store: any ObjectWriter) async throws {
    try await put(store, ObjectKey("empty/object"), [])
    #expect(try await read(store, ObjectKey("empty/object")).isEmpty)
    #expect(try await store.head(ObjectKey("empty/object"), part: nil).size == 0)
    #expect(try await listAll(store).map(\.size) == [0])
  }

  func largeObject(_ store: any ObjectWriter) async throws {
    let bytes = patternedBytes(10 << 20)
    try await put(store, ObjectKey("large"), bytes)
    #expect(try await read(store, ObjectKey("large")) == bytes)
  }

  func metadata(_ store: any ObjectWriter) async throws {
    guard traits.keepsMetadata else { return }
    let sent = ObjectMetadata(
      contentType: "text/csv; charset=UTF-8", cacheControl: "max-age=60", contentDisposition: "attachment",
      contentEncoding: "gzip", contentLanguage: "ja", expires: "Thu, 01 Dec 2033 16:00:00 GMT",
      user: [.init(name: "author", value: "A, B; \"c\""), .init(name: "note", value: "x=y")])
    try await put(store, ObjectKey("described"), [1, 2, 3], WriteOptions(metadata: sent))
    #expect(try await store.head(ObjectKey("described"), part: nil).metadata == sent)
    let download = try await store.get(ObjectKey("described"), range: nil, ifMatch: nil, on: eventLoop)
    #expect(download.attributes.metadata == sent)
    #expect(Array(try await download.body.collect(upTo: 10).readableBytesView) == [1, 2, 3])
  }

  func wrongMD5(_ store: any ObjectWriter) async throws {
    let wrong = WriteOptions(contentMD5: Checksum.of(Array("other".utf8), .md5))
    await expectError([.digestRefused]) { try await put(store, ObjectKey("a/new"), [1, 2, 3], wrong) }
    try await expectAbsent(store, ObjectKey("a/new"))
    try await put(store, ObjectKey("old"), [9])
    await expectError([.digestRefused]) { try await put(store, ObjectKey("old"), [1, 2, 3], wrong) }
    #expect(try await read(store, ObjectKey("old")) == [9])
    #expect(try await listAll(store).map(\.key) == [ObjectKey("old")])
  }

  func rightMD5(_ store: any ObjectWriter) async throws {
    let bytes = patternedBytes(70_000)
    try await put(store, ObjectKey("checked"), bytes, WriteOptions(contentMD5: Checksum.of(bytes, .md5)))
    #expect(try await read(store, ObjectKey("checked")) == bytes)
  }

  func ifAbsent(_ store: any ObjectWriter) async throws {
    let options = WriteOptions(ifAbsent: true)
    try await put(store, ObjectKey("new"), [1], options)
    await expectError([.alreadyExists]) { try await put(store, ObjectKey("new"), [2, 2], options) }
    #expect(try await read(store, ObjectKey("new")) == [1])
  }

  func overwrite(_ store: any ObjectWriter) async throws {
    let first = try await put(store, ObjectKey("twice"), patternedBytes(100, seed: 1))
    let second = try await put(store, ObjectKey("twice"), patternedBytes(100, seed: 2))
    #expect(try await read(store, ObjectKey("twice")) == patternedBytes(100, seed: 2))
    #expect(first.eTag != second.eTag)
    #expect(try await store.head(ObjectKey("twice"), part: nil).eTag == second.eTag)
    #expect(try await listAll(store).count == 1)
  }

  func shortBody(_ store: any ObjectWriter) async throws {
    try await expectUntouched(store, [.lengthDiffers]) {
      await .scripted([patternedBytes(100_000)], length: 100_001, on: eventLoop)
    }
  }

  func longBody(_ store: any ObjectWriter) async throws {
    try await expectUntouched(store, [.lengthDiffers]) {
      await .scripted([patternedBytes(100_000), [1]], length: 100_000, on: eventLoop)
    }
  }

  func failedBody(_ store: any ObjectWriter) async throws {
    let failure = StorageError(.connectionLost, "the source went away")
    try await expectUntouched(store, [.connectionLost]) {
      await .scripted(
        [patternedBytes(2_000_000)], length: 4_000_000, ending: .failure(failure), on: eventLoop)
    }
  }

  /// A body that cannot be stored leaves a new key absent and an old one as it was.
  private func expectUntouched(
    _ store: any ObjectWriter, _ codes: [StorageError.Code], _ makeBody: () async -> ObjectBody
  ) async throws {
    await expectError(codes) { _ = try await store.put(ObjectKey("a/new"), await makeBody(), WriteOptions()) }
    try await expectAbsent(store, ObjectKey("a/new"))
    try await put(store, ObjectKey("old"), [9])
    await expectError(codes) { _ = try await store.put(ObjectKey("old"), await makeBody(), WriteOptions()) }
    #expect(try await read(store, ObjectKey("old")) == [9])
    #expect(try await listAll(store).map(\.key) == [ObjectKey("old")])
  }

  /// A refused key is refused by `put` as well; one that clashes with a stored key is refused and changes nothing.
  func awkwardKeys(_ store: any ObjectWriter) async throws {
    var stored: [ObjectKey: [UInt8]] = [:]
    for (index, key) in awkwardKeys.enumerated() {
      let bytes = key.bytes.last == UInt8(ascii: "/") ? [] : patternedBytes(10 + index)
      guard store.refusal(of: key) == nil else {
        await expectError([.unsafeKey, .invalidRequest]) { try await put(store, key, bytes) }
        continue
      }
      do throws(StorageError) {
        try await put(store, key, bytes)
        stored[key] = bytes
      } catch {
        #expect(error.code == .unsafeKey, "\(error)")
      }
    }
    for (key, bytes) in stored { #expect(try await read(store, key) == bytes, "\(key.shown)") }
    let listed = Set(try await listAll(store).map(\.key))
    #expect(listed == Set(stored.keys))
    #expect(stored.count >= awkwardKeys.count / 2)
  }
}
