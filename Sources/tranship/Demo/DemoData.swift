import NIOCore
import ObjectStorage

/// The objects that the demo migrates: a data set of orders, and what makes migrations go wrong.
struct DemoData: Sendable {
  enum Scale: String, CaseIterable, Sendable {
    /// About 0.7 MB a file.
    case small
    /// 1,000,000 rows and about 68 MB a file, 7.3 GiB in all.
    case full

    var rows: Int {
      switch self {
      case .small: 10_000
      case .full: 1_000_000
      }
    }
  }

  let scale: Scale

  /// Readable only after a restore.
  static let archivedKey = ObjectKey("archive/2019/ledger of 2019.tar")

  private static let parts = 3
  private static let partSize = 6 << 20

  /// Keys that tools stumble over, and what they hold.
  private static let awkward: [(key: String, body: String)] = [
    ("empty", ""),
    ("folder marker/", ""),
    ("with space/a b.txt", "a space"),
    ("plus+plus.txt", "a plus"),
    ("100%.txt", "a percent sign"),
    ("this&that=those.txt", "an ampersand"),
    ("日本語/注文.csv", "注文"),
    ("emoji/🚢.txt", "a ship"),
  ]

  /// Writes everything to a store, a few objects at a time; returns the number of objects.
  func write(to store: any ObjectWriter, on eventLoops: any EventLoopGroup) async throws -> Int {
    let files = OrderFile.all(rows: scale.rows)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (index, file) in files.enumerated() {
        // Two files at a time: one is made while the other is on its way.
        if index >= 2 { try await group.next() }
        group.addTask {
          try await Self.put(ObjectKey(file.key), file.contents(), "text/csv", store, eventLoops.next())
        }
      }
      try await group.waitForAll()
    }
    for (key, body) in Self.awkward {
      try await Self.put(ObjectKey(key), ByteBuffer(string: body), "text/plain", store, eventLoops.next())
    }
    try await Self.put(
      Self.archivedKey, ByteBuffer(string: "the only copy of 2019\n"), "application/x-tar", store,
      eventLoops.next())
    try await Self.putInParts(ObjectKey("backups/multipart.bin"), store, eventLoops.next())
    return files.count + Self.awkward.count + 2
  }

  private static func put(
    _ key: ObjectKey, _ contents: ByteBuffer, _ type: String, _ store: any ObjectWriter,
    _ eventLoop: any EventLoop
  ) async throws {
    let body = await ObjectBody.bytes(contents, on: eventLoop)
    let metadata = ObjectMetadata(contentType: type, user: [.init(name: "made-by", value: "tranship demo")])
    _ = try await store.put(key, body, WriteOptions(metadata: metadata))
  }

  private static func putInParts(
    _ key: ObjectKey, _ store: any ObjectWriter, _ eventLoop: any EventLoop
  ) async throws {
    var random = SplitMix(seed: 7)
    let upload = try await store.createUpload(
      key, WriteOptions(metadata: ObjectMetadata(contentType: "application/octet-stream")))
    var stored: [StoredPart] = []
    for number in 1...parts {
      var contents = ByteBufferAllocator().buffer(capacity: partSize)
      for _ in 0..<partSize / 8 { contents.writeInteger(random.next()) }
      let body = await ObjectBody.bytes(contents, on: eventLoop)
      stored.append(try await store.uploadPart(key, upload, number: number, body, contentMD5: nil))
    }
    _ = try await store.completeUpload(key, upload, parts: stored, ifAbsent: false)
  }
}
