import Checksums
import NIOCore
import ObjectStorage
import Testing

extension StoreConformance {
  private func upload(
    _ store: any ObjectWriter, _ key: ObjectKey, _ id: UploadID, _ number: Int, _ bytes: [UInt8],
    md5: Checksum? = nil
  ) async throws -> StoredPart {
    try await store.uploadPart(
      key, id, number: number, await .bytes(bytes, on: eventLoop), contentMD5: md5)
  }

  func multipart(_ store: any ObjectWriter) async throws {
    let key = ObjectKey("made/of parts")
    let id = try await store.createUpload(key, WriteOptions())
    let pieces = [
      1: patternedBytes(traits.partBytes, seed: 1), 2: patternedBytes(traits.partBytes, seed: 2), 3: [7],
    ]
    for number in [2, 3, 1] {
      let bytes = try #require(pieces[number])
      let part = try await upload(store, key, id, number, bytes, md5: Checksum.of(bytes, .md5))
      #expect(part.number == number && part.size == Int64(bytes.count))
    }
    try await expectAbsent(store, key)
    let parts = try await store.listParts(key, id)
    #expect(parts.map(\.number) == [1, 2, 3])
    #expect(parts.map(\.size) == [Int64(traits.partBytes), Int64(traits.partBytes), 1])
    let receipt = try await store.completeUpload(key, id, parts: parts, ifAbsent: true)
    let whole = [1, 2, 3].flatMap { pieces[$0] ?? [] }
    #expect(try await read(store, key) == whole)
    for checksum in receipt.checksums where checksum.partCount == nil && checksum.algorithm != .multipartETag
    {
      #expect(checksum == Checksum.of(whole, checksum.algorithm))
    }
    #expect(try await store.listUploads(prefix: ObjectKey("")).isEmpty)
    #expect(try await listAll(store).map(\.size) == [Int64(whole.count)])
  }

  func multipartReplaced(_ store: any ObjectWriter) async throws {
    let key = ObjectKey("replaced")
    let id = try await store.createUpload(key, WriteOptions())
    let first = try await upload(store, key, id, 1, [1, 1, 1])
    let second = try await upload(store, key, id, 1, [2, 2])
    let parts = try await store.listParts(key, id)
    #expect(parts.map(\.size) == [2])
    await expectError([.invalidRequest, .noSuchUpload]) {
      _ = try await store.completeUpload(key, id, parts: [first], ifAbsent: false)
    }
    _ = try await store.completeUpload(key, id, parts: [second], ifAbsent: false)
    #expect(try await read(store, key) == [2, 2])
  }

  func multipartWrongMD5(_ store: any ObjectWriter) async throws {
    let key = ObjectKey("wrong part")
    let id = try await store.createUpload(key, WriteOptions())
    await expectError([.digestRefused]) {
      _ = try await upload(store, key, id, 1, [1, 2, 3], md5: Checksum.of([4], .md5))
    }
    #expect(try await store.listParts(key, id).isEmpty)
    try await store.abortUpload(key, id)
  }

  func multipartWrongPart(_ store: any ObjectWriter) async throws {
    let key = ObjectKey("wrong")
    let id = try await store.createUpload(key, WriteOptions())
    let part = try await upload(store, key, id, 1, [1, 2, 3])
    let other = StoredPart(number: 1, size: 3, eTag: ETag("00000000000000000000000000000000"))
    let missing = StoredPart(number: 2, size: 3, eTag: part.eTag)
    for parts in [[other], [part, missing], [missing]] {
      await expectError([.invalidRequest, .noSuchUpload]) {
        _ = try await store.completeUpload(key, id, parts: parts, ifAbsent: false)
      }
    }
    try await expectAbsent(store, key)
    #expect(try await store.listParts(key, id).map(\.number) == [1])
    try await store.abortUpload(key, id)
  }

  func multipartIfAbsent(_ store: any ObjectWriter) async throws {
    let key = ObjectKey("taken")
    let id = try await store.createUpload(key, WriteOptions())
    let part = try await upload(store, key, id, 1, [1, 2, 3])
    try await put(store, key, [9])
    await expectError([.alreadyExists]) {
      _ = try await store.completeUpload(key, id, parts: [part], ifAbsent: true)
    }
    #expect(try await read(store, key) == [9])
    try await store.abortUpload(key, id)
  }

  func multipartAbort(_ store: any ObjectWriter) async throws {
    let key = ObjectKey("never/made")
    let id = try await store.createUpload(key, WriteOptions())
    _ = try await upload(store, key, id, 1, patternedBytes(1000))
    try await store.abortUpload(key, id)
    try await store.abortUpload(key, id)
    try await expectAbsent(store, key)
    #expect(try await store.listUploads(prefix: ObjectKey("")).isEmpty)
    #expect(try await listAll(store).isEmpty)
    await expectError([.noSuchUpload]) { _ = try await store.listParts(key, id) }
    await expectError([.noSuchUpload]) { _ = try await upload(store, key, id, 2, [1]) }
  }

  func multipartUnknown(_ store: any ObjectWriter) async throws {
    let key = ObjectKey("unknown")
    let id = try await store.createUpload(ObjectKey("another"), WriteOptions())
    for unknown in [id, UploadID("0123456789abcdef0123456789abcdef"), UploadID("../../etc")] {
      await expectError([.noSuchUpload]) { _ = try await upload(store, key, unknown, 1, [1]) }
      await expectError([.noSuchUpload]) { _ = try await store.listParts(key, unknown) }
    }
    try await store.abortUpload(ObjectKey("another"), id)
  }

  func multipartListing(_ store: any ObjectWriter) async throws {
    var ids: [UploadID] = []
    for key in ["b/2", "a/1", "b/1"] {
      ids.append(try await store.createUpload(ObjectKey(key), WriteOptions()))
    }
    let all = try await store.listUploads(prefix: ObjectKey(""))
    #expect(all.map(\.key) == ["a/1", "b/1", "b/2"].map { ObjectKey($0) })
    #expect(Set(all.map(\.id)) == Set(ids))
    let some = try await store.listUploads(prefix: ObjectKey("b/"))
    #expect(some.map(\.key) == ["b/1", "b/2"].map { ObjectKey($0) })
    #expect(try await listAll(store).isEmpty)
    for upload in all { try await store.abortUpload(upload.key, upload.id) }
  }
}
