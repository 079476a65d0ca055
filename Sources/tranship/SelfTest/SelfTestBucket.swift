import Checksums
import NIOCore
import ObjectStorage

/// The objects that the self-test migrates; a seed decides their bytes.
struct SelfTestBucket: Sendable {
  /// Read and written in one request each.
  static let small = "a/two"
  /// In two parts at the source, and in six at the destination.
  static let large = "big"

  private static let sizes: [(key: String, size: Int)] = [
    ("100%/a+b c.txt", 300), ("a/one", 1), ("a/twin", 3000), (small, 3000), ("b/empty", 0), ("b/mid", 70_000),
    ("c/last", 500), ("folder/", 0), ("日本語/注文.csv", 2000),
  ]
  /// The smallest part that a store takes, and what is left.
  private static let parts = [5 << 20, 700_001]

  let seed: UInt64

  /// Writes every object; returns the SHA-256 of its bytes, in hexadecimal, by key.
  func write(to store: any ObjectWriter, on eventLoop: any EventLoop) async throws -> [String: String] {
    var random = SplitMix(seed: seed)
    var made: [String: String] = [:]
    for (key, size) in Self.sizes {
      let bytes = Self.bytes(size, &random)
      made[key] = Checksum.of(bytes, .sha256).hex
      try await Self.put(bytes, key, to: store, on: eventLoop)
    }
    let parts = Self.parts.map { Self.bytes($0, &random) }
    made[Self.large] = Checksum.of(Array(parts.joined()), .sha256).hex
    let upload = try await store.createUpload(ObjectKey(Self.large), WriteOptions())
    var stored: [StoredPart] = []
    for (index, bytes) in parts.enumerated() {
      let body = await ObjectBody.bytes(ByteBuffer(bytes: bytes), on: eventLoop)
      stored.append(
        try await store.uploadPart(
          ObjectKey(Self.large), upload, number: index + 1, body, contentMD5: nil))
    }
    _ = try await store.completeUpload(ObjectKey(Self.large), upload, parts: stored, ifAbsent: false)
    return made
  }

  static func put(
    _ bytes: [UInt8], _ key: String, to store: any ObjectWriter, on eventLoop: any EventLoop
  ) async throws {
    let body = await ObjectBody.bytes(ByteBuffer(bytes: bytes), on: eventLoop)
    _ = try await store.put(ObjectKey(key), body, WriteOptions())
  }

  private static func bytes(_ count: Int, _ random: inout SplitMix) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: random.next().littleEndian) { bytes += $0 } }
    return Array(bytes.prefix(count))
  }
}
