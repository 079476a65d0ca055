import DevStore
import Foundation
import NIOCore
import NIOPosix
import ObjectStorage
import StorageClients
import StorageTesting
import StorageWire
import Testing

/// A bucket that others have put the hostile keys into, and what must come out of it.
struct HostileBucket {
  /// Names as they are to be listed, with the bytes that may be under them: folded names can meet.
  typealias Expected = [ObjectKey: Set<[UInt8]>]

  let name: String
  let dialect: Dialect
  let endpoint: String
  let keys: [String: String]
  let isVersioned: Bool
  let habits: StoreHabits
  let client: any ObjectWriter

  static let loops = MultiThreadedEventLoopGroup.singleton

  init(
    _ name: String, of dialect: Dialect, at endpoint: String, keys: [String: String], isVersioned: Bool,
    habits: StoreHabits
  ) throws {
    (self.name, self.dialect, self.endpoint, self.keys) = (name, dialect, endpoint, keys)
    (self.isVersioned, self.habits) = (isVersioned, habits)
    let values = keys.sorted { $0.key < $1.key }.map(\.value)
    let credentials = Credentials(accessKeyID: values[0], secretAccessKey: values[1])
    let place = StorePlace(
      bucket: name, endpoint: try HTTPOrigin(endpoint: endpoint), region: Self.region(dialect))
    let transport = HTTPClient(group: Self.loops, security: try TransportSecurity())
    let now: @Sendable () -> Timestamp = {
      Timestamp(millisecondsSinceEpoch: Int64(Date().timeIntervalSince1970 * 1000))
    }
    client =
      dialect == .s3
      ? S3Client(place, credentials: credentials, transport: transport, now: now)
      : OSSClient(place, credentials: credentials, transport: transport, now: now)
  }

  static func region(_ dialect: Dialect) -> String { dialect == .s3 ? "us-east-1" : "cn-hangzhou" }

  /// What is to be listed after these answers of the store, which must be those of the table.
  func expected(_ answers: [String: String]) async throws -> Expected {
    var (refused, unsent): ([String: String], Set<String>) = ([:], [])
    var expected: Expected = [:]
    for (spelt, answer) in answers {
      let key = try #require(ObjectKey(percentEncoded: spelt))
      let name = Self.short(key)
      guard answer.isEmpty || answer == "unsent" else {
        refused[name] = answer
        continue
      }
      if answer == "unsent" {
        unsent.insert(name)
        let body = await ObjectBody.bytes(ByteBuffer(bytes: key.bytes), on: Self.loops.any())
        _ = try await client.put(key, body, WriteOptions())
      }
      let bytes = habits.emptied.contains(name) ? [] : key.bytes
      expected[habits.listedAs[name].map { ObjectKey($0) } ?? key, default: []].insert(bytes)
    }
    #expect(refused == habits.refused, "\(self.name)")
    #expect(unsent == habits.unsent, "\(self.name)")
    try #require(expected.count > 80)
    return expected
  }

  /// The built binary takes an inventory in every way that it has; Python reads the ledgers.
  func checkLedgers(_ expected: Expected, in folder: TemporaryFolder) async throws {
    let ways = ["pages", "folders", "keys"]
    for way in ways {
      let said = try await Tranship.command(
        [
          "inventory", "\(dialect.rawValue)://\(name)", "--source-endpoint", endpoint, "--source-region",
          Self.region(dialect), "--source-listing", way, "--ledger", "\(folder.path)/\(name)-\(way).ledger",
        ], environment: keys, in: folder
      ).run()
      try #require(said.status == 0, "\(name) by \(way): \(said.stderr)")
    }
    let read = try await Subprocess.script(
      "ledger_keys.py", ways.map { "\(folder.path)/\(name)-\($0).ledger" }, environment: [:], in: folder
    ).run()
    try #require(read.status == 0, "\(read.stderr)")
    let ledgers = try JSONDecoder().decode([[Row]].self, from: Data(read.stdout.utf8))
    try #require(ledgers.count == ways.count)
    for (way, rows) in zip(ways, ledgers) {
      let sizes = try rows.map { row in (try #require(ObjectKey(percentEncoded: row.key)), row.size) }
      expect(sizes.map(\.0), Set(expected.keys), "ledger, by \(way)")
      for (key, size) in sizes {
        #expect(expected[key]?.contains { $0.count == size } == true, "\(name), size of \(key.shown)")
      }
    }
  }

  private struct Row: Decodable {
    var key: String
    var size: Int
  }

  /// Each key comes once, and none is missing or another.
  func expect(_ listed: [ObjectKey], _ expected: Set<ObjectKey>, _ how: String) {
    let found = Set(listed)
    #expect(found.count == listed.count, "\(name), \(how): a key comes twice")
    let missing = expected.subtracting(found).map(\.shown).sorted()
    let other = found.subtracting(expected).map(\.shown).sorted()
    #expect(missing.isEmpty && other.isEmpty, "\(name), \(how): missing \(missing), not put \(other)")
  }

  /// Long keys have one character many times.
  private static func short(_ key: ObjectKey) -> String {
    key.bytes.count > 200
      ? "\(key.bytes.count) × \(String(decoding: key.bytes[..<1], as: UTF8.self))" : key.text ?? ""
  }
}
