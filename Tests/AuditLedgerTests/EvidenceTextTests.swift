import Checksums
import Foundation
import GRDB
import ObjectStorage
import StorageTesting
import Testing

@testable import AuditLedger

@Suite("evidence as text")
struct EvidenceTextTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private static let texts: [String?] = [
    nil, "", "null", "d41d8cd98f00b204e9800998ecf8427e", "\"", "\\", "\\\"", "a\"],[\"b",
    "\u{0}\u{1}\u{1f}\n\r\t\u{8}\u{c}",
    "é€𝄞", "\u{7f}\u{2028}", "/", "imported", "\\u0041", String(repeating: "x\"", count: 90),
  ]

  private static func digest(
    _ algorithm: ChecksumAlgorithm, _ first: UInt8, parts: Int? = nil, side: Side = .source, origin: Origin,
    _ generation: Generation, at: Int64 = 1_700_000_000_123
  ) throws -> Evidence {
    let bytes = (0..<algorithm.byteCount).map { first &+ UInt8($0) }
    return Evidence(
      side: side, origin: origin, checksum: try #require(Checksum(algorithm, bytes: bytes, partCount: parts)),
      generation: generation, observedAt: Timestamp(millisecondsSinceEpoch: at))
  }

  /// Every word, every kind of text, and the ends of every range.
  private static func samples() throws -> [[Evidence]] {
    var samples: [[Evidence]] = [[]]
    let sizes: [Int64] = [0, 9, 10, 99, 100, 4096, .max, -1, .min]
    for (index, text) in texts.enumerated() {
      let other = texts[(index * 7 + 3) % texts.count]
      let size = sizes[index % sizes.count]
      let one = Generation(
        eTag: text.map { ETag($0) }, versionID: other, size: size,
        lastModifiedAt: index % 3 == 0 ? nil : Timestamp(millisecondsSinceEpoch: size))
      // Longer by a digit: a reader that looks for what it knows may take it for the same.
      var longer = one
      longer.lastModifiedAt = Timestamp(millisecondsSinceEpoch: 12)
      var shorter = one
      shorter.lastModifiedAt = Timestamp(millisecondsSinceEpoch: 1)
      samples.append([
        try digest(.md5, 0, origin: .listed, one),
        try digest(.crc64xz, 0xf8, origin: .streamed, one, at: -1),
        try digest(
          .multipartETag, 3, parts: 10_000, side: .destination, origin: .reported, shorter, at: .max),
        try digest(.sha256, 4, parts: 1, side: .destination, origin: .imported, longer, at: .min),
        try digest(.crc32, 5, side: .destination, origin: .readBack, shorter, at: 0),
      ])
    }
    for algorithm in ChecksumAlgorithm.allCases {
      samples.append([try digest(algorithm, 0x7f, origin: .reported, Generation(size: 1))])
    }
    return samples
  }

  private static func text(_ evidence: [Evidence]) -> [UInt8] {
    var text = TextWriter(capacity: 0)
    EvidenceText.write(evidence, to: &text)
    return Array(text.bytes)
  }

  private static func untilNUL(_ text: String) -> String { String(text.prefix { $0 != "\0" }) }

  private static func read(_ text: [UInt8]) -> [Evidence]? { text.withUnsafeBytes { EvidenceText.read($0) } }

  @Test("what is written is read as it was")
  func roundTrip() throws {
    for sample in try Self.samples() {
      let text = Self.text(sample)
      #expect(Self.read(text) == sample, "\(String(decoding: text, as: UTF8.self))")
    }
  }

  @Test("it is JSON to SQLite, which says the same of every member, and SQLite's own is read too")
  func sqlite() throws {
    let queue = try DatabaseQueue()
    try queue.read { db in
      for sample in try Self.samples() {
        let text = String(decoding: Self.text(sample), as: UTF8.self)
        #expect(try Bool.fetchOne(db, sql: "SELECT json_valid(?)", arguments: [text]) == true, "\(text)")
        let rows = try Row.fetchAll(
          db,
          sql: """
            SELECT value ->> 0, value ->> 1, value ->> 2, value ->> 3, value ->> 4, value ->> 5, value ->> 6,
              value ->> 7, value ->> 8, value ->> 9 FROM json_each(?)
            """, arguments: [text])
        #expect(rows.count == sample.count)
        for (row, digest) in zip(rows, sample) {
          #expect(row[0] == digest.side.rawValue && row[1] == digest.origin.rawValue)
          #expect(row[2] == digest.checksum.algorithm.rawValue && row[3] == encodeHex(digest.checksum.bytes))
          #expect(row[4] == digest.checksum.partCount && row[5] == digest.observedAt.millisecondsSinceEpoch)
          // A NUL ends a text where SQLite gives it away.
          #expect(row[6] == digest.generation.eTag.map { Self.untilNUL($0.text) })
          #expect(row[7] == digest.generation.versionID.map(Self.untilNUL))
          #expect(row[8] == digest.generation.size)
          #expect(row[9] == digest.generation.lastModifiedAt?.millisecondsSinceEpoch)
        }
        let own = try String.fetchOne(
          db, sql: "SELECT json_group_array(json(value)) FROM json_each(?)", arguments: [text])
        #expect(Self.read(Array(try #require(own).utf8)) == sample)
      }
    }
  }

  @Test("a text with damage is refused or says something else, and stops nobody")
  func damage() throws {
    var generator = SeededGenerator(seed: 7)
    var refused = 0
    for sample in try Self.samples() where !sample.isEmpty {
      let text = Self.text(sample)
      for end in 0..<text.count { #expect(Self.read(Array(text[..<end])) == nil) }
      #expect(Self.read(text + [UInt8(ascii: " ")]) == nil)
      for _ in 0..<200 {
        var damaged = text
        let place = Int.random(in: 0..<damaged.count, using: &generator)
        damaged[place] ^= UInt8.random(in: 1...255, using: &generator)
        if Self.read(damaged) == nil { refused += 1 }
      }
    }
    #expect(refused > 500)
    for text in ["", "[", "[]]", "[[]]", "{}", "null", "[1]", "[[\"source\"]]", " []"] {
      #expect(Self.read(Array(text.utf8)) == nil, "\(text)")
    }
  }

  @Test("numbers that do not fit, unknown words and digests of another length are refused")
  func limits() {
    let good = #"["source","streamed","crc64xz","995dc9bbdf1939fa",null,5,null,null,10,null]"#
    #expect(Self.read(Array("[\(good)]".utf8))?.count == 1)
    for (old, new) in [
      (",10,", ",9223372036854775808,"), (",10,", ",-9223372036854775809,"), (",10,", ",-,"),
      (",10,", ",1.5,"),
      ("source", "Source"), ("streamed", "stream"), ("crc64xz", "crc64"), ("39fa", "39"), ("39fa", "39fg"),
      ("null,5", "0,5"), ("null,5", "-1,5"), ("null,5", "nul,5"),
    ] {
      #expect(Self.read(Array("[\(good.replacingOccurrences(of: old, with: new))]".utf8)) == nil, "\(new)")
    }
  }

  @Test("a ledger of then keeps the evidence of every key, in its order, and what an audit asks of it")
  func takenOver() async throws {
    let tag = #"a"],["é\"#
    try await OlderLedger.make(
      folder.ledger, version: 2,
      [
        "INSERT INTO source_object (key, size) VALUES (x'', 3), (x'61', 3), (x'62', 3), (x'63', 3)",
        "INSERT INTO listing (side, complete, objects, bytes, duplicates) VALUES ('source', 1, 4, 12, 0)",
        """
        INSERT INTO outcome (key, destination_key, list, proof, proof_algorithm, attempts, tries, bytes_sent,
          ended_at, proven_at, size, source_size)
        SELECT key, key, 'completed', 'streamed', 'crc64xz', 1, 1, 3, 1500, 1500, 3, 3 FROM source_object
        """,
        """
        INSERT INTO evidence (key, ordinal, side, origin, algorithm, value, part_count, etag, version_id, size,
          modified_at, observed_at) VALUES
          (x'', 1, 'destination', 'reported', 'crc64xz', x'995dc9bbdf1939fa', NULL, '\(tag)', 'v', 3, 9, 8),
          (x'', 0, 'source', 'streamed', 'crc64xz', x'995dc9bbdf1939fa', NULL, NULL, NULL, 3, NULL, 7),
          (x'61', 0, 'source', 'reported', 'crc32', x'01020304', NULL, NULL, NULL, 3, NULL, 7),
          (x'61', 1, 'destination', 'imported', 'crc32', x'01020304', NULL, NULL, NULL, 3, NULL, 7),
          (x'62', 0, 'source', 'listed', 'multipart-etag', x'000102030405060708090a0b0c0d0e0f', 4, NULL, NULL, 3,
            NULL, 7)
        """,
      ])
    let ledger = try await Ledger.open(folder.ledger, .write)
    let rows = try await ledger.rows()
    #expect(rows.map(\.evidence.count) == [2, 2, 1, 0])
    let first = try await ledger.evidence(of: ObjectKey(""))
    #expect(first == rows[0].evidence && first.map(\.side) == [.source, .destination])
    #expect(first[1].generation.eTag == ETag(tag) && first[1].generation.versionID == "v")
    #expect(first[1].generation.lastModifiedAt == Timestamp(millisecondsSinceEpoch: 9))
    #expect(rows[2].evidence[0].checksum.partCount == 4)
    let pairs = try await ledger.auditPairs(1, after: nil, limit: 9) { $0 }
    #expect(pairs.map(\.earlier?.sourceHadDigest) == [false, true, false, false])
    #expect(pairs.map(\.earlier?.restsOnImported) == [false, true, false, false])
    await ledger.close()
  }

  @Test("an audit hears of digests that the source told and of imported ones, as outcomes have them")
  func traits() async throws {
    let ledger = try await Ledger.planned(folder.ledger, keys: ["a", "b", "c", "d", "e"])
    let generation = Generation(size: 10)
    let digests: [String: Evidence] = [
      "a": try Self.digest(.crc64xz, 1, origin: .reported, generation),
      "b": try Self.digest(.sha256, 1, parts: 3, origin: .listed, generation),
      "c": try Self.digest(.crc64xz, 1, side: .destination, origin: .reported, generation),
      "d": try Self.digest(.crc64xz, 1, origin: .imported, generation),
      "e": try Self.digest(.md5, 1, origin: .listed, generation),
    ]
    for (key, digest) in digests {
      var outcome = try completed(ObjectKey(key), proof: .streamed)
      outcome.source = generation
      outcome.evidence.append(digest)
      try await ledger.record(outcome)
    }
    let pairs = try await ledger.auditPairs(1, after: nil, limit: 9) { $0 }
    #expect(pairs.map(\.earlier?.sourceHadDigest) == [true, false, false, false, true])
    #expect(pairs.map(\.earlier?.restsOnImported) == [false, false, false, true, false])
    await ledger.close()
  }
}
