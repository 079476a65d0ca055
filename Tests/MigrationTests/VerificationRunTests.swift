import AuditLedger
import Checksums
import Foundation
import Migration
import NIOPosix
import ObjectStorage
import StorageTesting
import Testing
import Transfers
import Verification

@Suite("a verification of what stands on both sides")
struct VerificationRunTests {
  @Test("listings alone settle what they can, and nothing is asked about it")
  func listings() async throws {
    let scene = Scene()
    for index in 0..<7 { scene.put("same\(index)", patternedBytes(50 + index)) }
    scene.source.inner.set(ObjectKey("gone"), [1])
    scene.source.inner.set(ObjectKey("short"), [1, 2])
    scene.destination.inner.set(ObjectKey("short"), [1])
    scene.destination.inner.set(ObjectKey("nobody's"), [1])
    let (tally, _) = try await scene.verify()
    #expect((tally.completed, tally.error, tally.extra) == (7, 2, 1))
    #expect(tally.proofs == [.endToEnd: 7])
    #expect(try await scene.outcomes()["gone"] == "missing")
    #expect(try await scene.outcomes()["short"] == "mismatched")
    for side in [scene.source, scene.destination] {
      #expect(side.faults.requests("head") == 0 && side.faults.requests("get") == 0)
      #expect(side.faults.requests("put") == 0)
    }
  }

  @Test(
    "without a ledger to keep, the counts are the same and only problems are stored",
    arguments: [true, false])
  func problemsOnly(_ isAscending: Bool) async throws {
    let scene = Scene([:], isAscending: isAscending)
    for index in 0..<9 { scene.put("same\(index)", patternedBytes(50 + index)) }
    scene.source.inner.set(ObjectKey("missing"), [1])
    scene.source.inner.set(ObjectKey("short"), [1, 2])
    scene.destination.inner.set(ObjectKey("short"), [1])
    scene.source.inner.set(ObjectKey("multi"), parts: cut(big, 3000))
    scene.destination.inner.set(ObjectKey("multi"), big)
    scene.destination.inner.set(ObjectKey("a first one"), [1])
    scene.destination.inner.set(ObjectKey("z last one"), [1])
    let full = try await scene.verify().tally
    scene.forget()
    scene.keepsProblemsOnly = true
    let counted = try await scene.verify().tally
    #expect((full.total, full.completed, full.error, full.extra) == (12, 9, 3, 2))
    #expect((counted.total, counted.completed, counted.error, counted.extra) == (12, 9, 3, 2))
    #expect(counted.proofs == full.proofs && counted.errors == full.errors)
    #expect(counted.bytesTotal == full.bytesTotal && counted.bytesCompleted == full.bytesCompleted)
    #expect(try await scene.rows().count == (isAscending ? 3 : 12))
  }

  @Test("ETags that differ are asked about, and a difference of two MD5s is one")
  func differing() async throws {
    let scene = Scene()
    scene.source.inner.set(ObjectKey("a"), [1, 2, 3])
    scene.destination.inner.set(ObjectKey("a"), [1, 2, 4])
    try await scene.verify()
    #expect(try await scene.outcomes() == ["a": "mismatched"])
    #expect(scene.source.faults.requests("head") == 1 && scene.source.faults.requests("get") == 0)
  }

  @Test(
    "multipart sources are proven from the destination's bytes alone",
    arguments: [[3000], [1000], [2500]], [true, false])
  func multipart(_ sizes: [Int], _ isWhole: Bool) async throws {
    let scene = Scene()
    scene.source.inner.set(ObjectKey("big"), parts: cut(big, sizes[0]))
    scene.destination.inner.set(ObjectKey("big"), isWhole ? big : flipped(big))
    try await scene.verify()
    #expect(try await scene.outcomes() == ["big": "unverifiable no-common-digest"])
    scene.reading = .destination
    try await scene.verify()
    #expect(try await scene.outcomes() == ["big": isWhole ? "read-back" : "mismatched"])
    #expect(scene.source.faults.requests("get") == 0)
    #expect(scene.destination.faults.requests("get") > 0)
  }

  @Test("parts of unequal size are proven too, and a cut that only looks equal is found out")
  func unequalParts() async throws {
    let scene = Scene()
    scene.reading = .destination
    for (key, sizes) in [("odd", [1000, 3000, 5000]), ("coincidence", [3000, 2999, 3001])] {
      var offset = 0
      let parts = sizes.map { size in
        defer { offset += size }
        return Array(big[offset..<(offset + size)])
      }
      scene.source.inner.set(ObjectKey(key), parts: parts)
      scene.destination.inner.set(ObjectKey(key), big)
    }
    try await scene.verify()
    #expect(try await scene.outcomes() == ["odd": "read-back", "coincidence": "read-back"])
    #expect(scene.source.faults.requests("get") == 0)
  }

  @Test("a cut that nobody tells and no client makes is unverifiable, unless both sides may be read")
  func unknownParts() async throws {
    let scene = Scene()
    scene.source.inner.set(ObjectKey("big"), parts: cut(big, 2900), tellsParts: false)
    scene.destination.inner.set(ObjectKey("big"), big)
    scene.source.inner.set(ObjectKey("wrong"), parts: cut(big, 2900), tellsParts: false)
    scene.destination.inner.set(ObjectKey("wrong"), flipped(big))
    scene.reading = .destination
    try await scene.verify()
    let unknown = "unverifiable part-sizes-unknown"
    #expect(try await scene.outcomes() == ["big": unknown, "wrong": unknown])
    scene.reading = .both
    try await scene.verify()
    #expect(try await scene.outcomes() == ["big": "read-back", "wrong": "mismatched"])
  }

  @Test("the ETag of one part proves where it comes out, and where it does not, nothing is known")
  func onePart() async throws {
    let scene = Scene()
    scene.source.inner.set(ObjectKey("made of one"), parts: [big])
    for (key, bytes) in [("made up", big), ("made up, other", flipped(big))] {
      // As MinIO does where it did not hash.
      scene.source.inner.set(
        ObjectKey(key), big, publishing: [], eTag: ETag("000102030405060708090a0b0c0d0e0f-1"))
      scene.destination.inner.set(ObjectKey(key), bytes)
    }
    scene.destination.inner.set(ObjectKey("made of one"), big)
    scene.reading = .destination
    try await scene.verify()
    let unknown = "unverifiable part-sizes-unknown"
    #expect(
      try await scene.outcomes() == [
        "made of one": "read-back", "made up": unknown, "made up, other": unknown,
      ])
    scene.reading = .both
    try await scene.verify()
    #expect(
      try await scene.outcomes() == [
        "made of one": "read-back", "made up": "read-back", "made up, other": "mismatched",
      ])
  }

  @Test("two multipart objects of equal size and part count are never verified while their bytes differ")
  func equalShapes() async throws {
    let scene = Scene(.olderS3, .olderS3)
    scene.source.inner.set(ObjectKey("big"), parts: cut(big, 3000))
    scene.destination.inner.set(ObjectKey("big"), parts: cut(flipped(big), 3000))
    for (reading, outcome) in [
      (Reading.none, "unverifiable no-common-digest"), (.destination, "mismatched"), (.both, "mismatched"),
    ] {
      scene.reading = reading
      try await scene.verify()
      #expect(try await scene.outcomes() == ["big": outcome])
    }
  }

  @Test("the ETag of an encrypted source proves nothing; its bytes do")
  func encrypted() async throws {
    let scene = Scene()
    for (key, bytes) in [("same", big), ("other", flipped(big))] {
      scene.source.inner.set(ObjectKey(key), parts: cut(big, 3000), isEncrypted: true)
      scene.destination.inner.set(ObjectKey(key), bytes)
    }
    for reading in [Reading.none, .destination] {
      scene.reading = reading
      try await scene.verify()
      let reason = "unverifiable encrypted-etag"
      #expect(try await scene.outcomes() == ["same": reason, "other": reason])
    }
    scene.reading = .both
    try await scene.verify()
    #expect(try await scene.outcomes() == ["same": "streamed", "other": "mismatched"])
    // What the destination says of itself settles it: it is not read.
    #expect(scene.destination.faults.requests("get") == 0)
    scene.required = .readBack
    try await scene.verify()
    #expect(try await scene.outcomes() == ["same": "read-back", "other": "mismatched"])
  }

  @Test(
    "a composite checksum is rebuilt from the destination's bytes, where the ETag says nothing",
    arguments: [ChecksumAlgorithm.sha256, .sha1, .crc32c, .crc32])
  func composite(_ algorithm: ChecksumAlgorithm) async throws {
    let scene = Scene()
    scene.reading = .destination
    for (key, bytes) in [("same", big), ("other", flipped(big))] {
      scene.source.inner.set(ObjectKey(key), parts: cut(big, 3500), isEncrypted: true, composite: algorithm)
      scene.destination.inner.set(ObjectKey(key), bytes)
    }
    try await scene.verify()
    #expect(try await scene.outcomes() == ["same": "read-back", "other": "mismatched"])
    #expect(scene.source.faults.requests("get") == 0)
  }

  @Test("CRC-64/NVME and CRC-64/XZ are never compared with each other")
  func otherPolynomials() async throws {
    let scene = Scene(.s3, .oss)
    scene.source.inner.set(ObjectKey("big"), parts: cut(big, 3000))
    scene.destination.inner.set(ObjectKey("big"), parts: cut(big, 3000))
    scene.destination.inner.set(ObjectKey("whole"), big)
    scene.source.inner.set(ObjectKey("whole"), parts: cut(big, 3000))
    try await scene.verify()
    // Both sides were cut alike, but ETags of OSS's multipart uploads are compared with nothing.
    #expect(
      try await scene.outcomes() == [
        "big": "unverifiable no-common-digest", "whole": "unverifiable no-common-digest",
      ])
    scene.reading = .destination
    try await scene.verify()
    #expect(try await scene.outcomes() == ["big": "read-back", "whole": "read-back"])
    #expect(scene.source.faults.requests("get") == 0)
  }

  @Test("what did not change on either side stays proven and is not read again")
  func again() async throws {
    let scene = Scene()
    scene.reading = .destination
    for key in ["a", "b", "c", "d"] {
      scene.source.inner.set(ObjectKey(key), parts: cut(big, 3000))
      scene.destination.inner.set(ObjectKey(key), big)
    }
    #expect(try await scene.verify().audit.counts.objectsRead == 4)
    let before = scene.destination.faults.requests("get")
    scene.destination.inner.set(ObjectKey("b"), flipped(big))
    scene.source.inner.remove(ObjectKey("c"))
    scene.source.inner.set(ObjectKey("d"), parts: cut(flipped(big), 3000))
    scene.put("e", [1])
    let (tally, audit) = try await scene.verify()
    #expect(
      try await scene.outcomes() == [
        "a": "read-back", "b": "mismatched", "c": "read-back", "d": "mismatched", "e": "end-to-end",
      ])
    #expect((tally.total, tally.completed, audit.counts.kept, audit.counts.objectsRead) == (5, 3, 2, 2))
    #expect(scene.destination.faults.requests("get") == before + 2)
    // Repaired, they are proven anew; gone and changed, the rest is not flattered.
    scene.destination.inner.set(ObjectKey("b"), big)
    scene.destination.inner.set(ObjectKey("c"), flipped(big))
    try await scene.verify()
    #expect(try await scene.outcomes()["b"] == "read-back")
    #expect(try await scene.outcomes()["c"] == "source-gone")
  }

  @Test("a migration's proofs stand in a later verification, and what was changed since is found")
  func afterMigration() async throws {
    let scene = Scene(.olderS3)
    scene.source.inner.set(ObjectKey("multi"), parts: cut(big, 3000))
    for index in 0..<5 { scene.source.inner.set(ObjectKey("k\(index)"), patternedBytes(100 + index)) }
    scene.now = 1_600_000_000_000
    #expect(try await scene.migrate().completed == 6)
    scene.now = 1_700_000_000_000
    scene.destination.inner.set(ObjectKey("k1"), flipped(patternedBytes(101)))
    scene.destination.inner.remove(ObjectKey("k2"))
    scene.destination.inner.set(ObjectKey("new"), [1])
    let gets = scene.source.faults.requests("get")
    let (tally, audit) = try await scene.verify()
    #expect((tally.completed, tally.error, tally.extra, audit.counts.kept) == (4, 2, 1, 4))
    #expect(try await scene.outcomes()["k2"] == "missing")
    #expect(scene.source.faults.requests("get") == gets)
    let kept = try #require(try await scene.rows().first { $0.source.key == ObjectKey("multi") })
    #expect(kept.proof == .endToEnd && kept.sent)
    #expect(kept.provenAt?.millisecondsSinceEpoch == 1_600_000_000_000)
    // The missing one can be sent again by the same ledger; the changed one is somebody else's.
    let retried = try await scene.migrate(.retry)
    #expect((retried.completed, retried.error) == (5, 1))
  }

  @Test("a sample reads its objects whatever is known of them, and the next one goes on behind it")
  func samples() async throws {
    let scene = Scene()
    for index in 0..<40 { scene.put("k\(index)", patternedBytes(64 + index)) }
    scene.sample = ("25%", .share(0.25))
    var read: Int64 = 0
    for _ in 0..<4 {
      let (tally, audit) = try await scene.verify()
      #expect(tally.completed == 40)
      #expect(audit.counts.sampled == audit.counts.objectsRead)
      #expect(audit.counts.sampled > 0 && audit.counts.sampledWrong == 0)
      read += audit.counts.sampled
    }
    // Four quarters are everything, each object once.
    #expect(read == 40)
    #expect(try await scene.verify().tally.proofs == [.readBack: 40])
  }

  @Test("metadata that differs is said beside the verdict and does not change it")
  func metadata() async throws {
    let scene = Scene()
    scene.comparesMetadata = true
    let one = ObjectMetadata(contentType: "text/plain", user: [.init(name: "owner", value: "ann")])
    let other = ObjectMetadata(contentType: "text/html", user: [.init(name: "age", value: "3")])
    scene.source.inner.set(ObjectKey("a"), [1], metadata: one)
    scene.destination.inner.set(ObjectKey("a"), [1], metadata: other)
    scene.put("b", [2])
    #expect(try await scene.verify().tally.completed == 2)
    let rows = try await scene.rows()
    #expect(
      rows.map(\.metadata) == [
        .differs([
          "Content-Type: \"text/plain\" at the source, \"text/html\" at the destination",
          "metadata age: absent at the source, \"3\" at the destination",
          "metadata owner: \"ann\" at the source, absent at the destination",
        ]), .equal,
      ])
  }

  @Test("somebody else's digests count only where they are asked for, and are named")
  func imported() async throws {
    let scene = Scene()
    scene.source.inner.set(ObjectKey("big"), parts: cut(big, 3000), isEncrypted: true)
    scene.destination.inner.set(ObjectKey("big"), big)
    scene.reading = .destination
    try await scene.verify()
    let ledger = try await Ledger.open(scene.ledgerPath, .write)
    let digest = ImportedDigest(
      side: .source, key: ObjectKey("big"), checksum: Checksum.of(big, .sha256), file: "SHA256SUMS", line: 1)
    #expect(try await ledger.add([digest], at: Timestamp(millisecondsSinceEpoch: 0)) == 1)
    await ledger.close()
    try await scene.verify()
    #expect(try await scene.outcomes() == ["big": "unverifiable encrypted-etag"])
    scene.acceptsImported = true
    try await scene.verify()
    #expect(try await scene.outcomes() == ["big": "read-back"])
    #expect(try await scene.rows()[0].notes == ["sha256 imported from SHA256SUMS, line 1"])
    #expect(try await scene.rows()[0].evidence.contains { $0.origin == .imported })
  }

  @Test("a read that fails on its way is repeated, and one that is refused becomes an error of its own")
  func faults() async throws {
    let scene = Scene(.olderS3, .oss, [.cutRead: 1])
    scene.reading = .both
    scene.source.inner.set(ObjectKey("big"), parts: cut(big, 3000), isEncrypted: true)
    scene.destination.inner.set(ObjectKey("big"), big)
    try await scene.verify()
    #expect(try await scene.outcomes() == ["big": "streamed"])
    #expect(scene.source.faults.hits(.cutRead) == 1)
    let denied = Scene(.olderS3, .oss, [.deniedRead: 100])
    denied.reading = .both
    denied.source.inner.set(ObjectKey("big"), parts: cut(big, 3000), isEncrypted: true)
    denied.destination.inner.set(ObjectKey("big"), big)
    denied.put("small", [1])
    try await denied.verify()
    #expect(try await denied.outcomes() == ["big": "denied", "small": "end-to-end"])
  }
}
