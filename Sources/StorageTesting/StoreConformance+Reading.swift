import Checksums
import NIOCore
import ObjectStorage
import Testing

extension StoreConformance {
  func missingKey(_ store: any ObjectWriter) async throws {
    try await put(store, ObjectKey("there/it/is"), [1])
    for key in ["missing", "there/it", "there/it/is/not", "there/it/isn't"] {
      await expectError([.notFound]) { _ = try await store.head(ObjectKey(key), part: nil) }
      await expectError([.notFound]) {
        _ = try await store.get(ObjectKey(key), range: nil, ifMatch: nil, on: eventLoop)
      }
    }
  }

  func wholeObject(_ store: any ObjectWriter) async throws {
    let bytes = patternedBytes(300_001)
    try await put(store, ObjectKey("whole"), bytes)
    let download = try await store.get(ObjectKey("whole"), range: nil, ifMatch: nil, on: eventLoop)
    #expect(download.attributes.size == 300_001)
    #expect(download.body.length == 300_001)
    #expect(Array(try await download.body.collect(upTo: 1 << 20).readableBytesView) == bytes)
  }

  func ranges(_ store: any ObjectWriter) async throws {
    let bytes = patternedBytes(3_000_000)
    try await put(store, ObjectKey("ranged"), bytes)
    for (offset, length) in [(0, 1), (0, 3_000_000), (2_999_999, 1), (1_048_575, 2), (17, 2_500_000)] {
      let range = try #require(ByteRange(offset: Int64(offset), length: Int64(length)))
      let download = try await store.get(ObjectKey("ranged"), range: range, ifMatch: nil, on: eventLoop)
      #expect(download.attributes.size == 3_000_000, "the size is the whole object's")
      #expect(download.body.length == Int64(length))
      let read = Array(try await download.body.collect(upTo: 4 << 20).readableBytesView)
      #expect(read == Array(bytes[offset..<offset + length]), "\(length) bytes at \(offset)")
    }
  }

  func rangeBeyondEnd(_ store: any ObjectWriter) async throws {
    try await put(store, ObjectKey("short"), patternedBytes(10))
    for (offset, length) in [(10, 1), (0, 11), (9, 2)] {
      let range = try #require(ByteRange(offset: Int64(offset), length: Int64(length)))
      await expectError([.invalidRequest, .malformedAnswer]) {
        let download = try await store.get(ObjectKey("short"), range: range, ifMatch: nil, on: eventLoop)
        _ = try await download.body.drain()
      }
    }
  }

  func condition(_ store: any ObjectWriter) async throws {
    let key = ObjectKey("generation")
    try await put(store, key, Array("first".utf8))
    let first = try #require(try await store.head(key, part: nil).eTag)
    let download = try await store.get(key, range: nil, ifMatch: first, on: eventLoop)
    #expect(try await download.body.drain() == 5)
    try await put(store, key, Array("other".utf8))
    await expectError([.preconditionFailed]) {
      _ = try await store.get(key, range: nil, ifMatch: first, on: eventLoop)
    }
  }

  func givenUpBody(_ store: any ObjectWriter) async throws {
    let bytes = patternedBytes(3 << 20)
    try await put(store, ObjectKey("long"), bytes)
    for _ in 0..<3 {
      let download = try await store.get(ObjectKey("long"), range: nil, ifMatch: nil, on: eventLoop)
      download.body.cancel()
      download.body.cancel()
    }
    #expect(try await read(store, ObjectKey("long")) == bytes)
  }

  func digests(_ store: any ObjectWriter) async throws {
    // The catalogue's check values for "123456789".
    let known: [ChecksumAlgorithm: String] = [
      .md5: "25f9e794323b453885f5181f1b624d0b", .crc64xz: "995dc9bbdf1939fa", .crc64nvme: "ae8b14860a799888",
      .crc32: "cbf43926", .crc32c: "e3069283", .sha1: "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
      .sha256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
    ]
    let receipt = try await put(store, ObjectKey("digits"), Array("123456789".utf8))
    let attributes = try await store.head(ObjectKey("digits"), part: nil)
    for checksum in receipt.checksums + attributes.checksums {
      #expect(checksum.hex == known[checksum.algorithm], "\(checksum.algorithm)")
    }
    #expect(traits.digestsOfReceipt.isSubset(of: Set(receipt.checksums.map(\.algorithm))))
    #expect(traits.digestsOfHead.isSubset(of: Set(attributes.checksums.map(\.algorithm))))
  }
}
