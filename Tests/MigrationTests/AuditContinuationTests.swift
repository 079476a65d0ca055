import AuditLedger
import Checksums
import Migration
import ObjectStorage
import StorageTesting
import Testing
import Verification

/// What one verification leaves to the next: counts, listings, and what was proven.
@Suite("verifications one after the other")
struct AuditContinuationTests {
  private static let day: Int64 = 86_400_000

  // MARK: Samples and counts

  @Test("objects of a sample that are wrong without being read are counted, and as wrong")
  func sampledWrong() async throws {
    let scene = Scene()
    for index in 0..<20 { scene.put("k\(index)", patternedBytes(64 + index)) }
    scene.source.inner.set(ObjectKey("missing"), [1])
    scene.source.inner.set(ObjectKey("short"), [1, 2])
    scene.destination.inner.set(ObjectKey("short"), [1])
    // Other bytes under MD5s that differ: HEAD settles it.
    scene.source.inner.set(ObjectKey("other"), [1, 2, 3])
    scene.destination.inner.set(ObjectKey("other"), [1, 2, 4])
    scene.sample = ("100%", .share(1))
    let (tally, audit) = try await scene.verify()
    #expect((tally.completed, tally.error) == (20, 3))
    #expect((audit.counts.sampled, audit.counts.sampledWrong, audit.counts.sampledUnjudged) == (23, 3, 0))
    #expect(audit.counts.objectsRead == 20)
  }

  @Test("an object that was read and not proven by that is neither good nor wrong")
  func unjudged() async throws {
    let scene = Scene(.olderS3, .olderS3)
    // Cut as no client cuts, and nobody tells how: the ETag cannot be rebuilt from the bytes.
    for store in [scene.source.inner, scene.destination.inner] {
      store.set(ObjectKey("untold"), parts: cut(big, 2900), tellsParts: false)
    }
    scene.put("plain", big)
    scene.source.inner.set(ObjectKey("kms"), parts: cut(big, 3000), isEncrypted: true)
    scene.destination.inner.set(ObjectKey("kms"), big)
    scene.sample = ("100%", .share(1))
    let (tally, audit) = try await scene.verify()
    #expect((tally.completed, tally.error) == (2, 1))
    #expect(try await scene.outcomes()["untold"] == "end-to-end")
    #expect((audit.counts.sampled, audit.counts.sampledWrong, audit.counts.sampledUnjudged) == (2, 1, 1))
    #expect(audit.counts.objectsRead == 2)
    // What stands without its bytes being looked at says nothing either.
    scene.source.inner.remove(ObjectKey("plain"))
    let again = try await scene.verify().audit
    #expect(again.counts.sampledUnjudged == 2 && again.counts.kept == 1)
  }

  @Test("keys that the plan left out are of no sample")
  func excluded() async throws {
    let scene = Scene()
    scene.source.inner.set(ObjectKey("/leading"), [1])
    scene.source.inner.set(ObjectKey("good"), [1])
    try await scene.migrate()
    scene.sample = ("100%", .share(1))
    let audit = try await scene.verify().audit
    #expect((audit.counts.sampled, audit.counts.sampledUnjudged, audit.counts.kept) == (1, 0, 1))
  }

  @Test("a stopped verification goes on with what it had counted")
  func counts() async throws {
    let scene = Scene([.goneCredentials: 1], isAscending: true)
    for key in ["a", "b", "c", "z"] { scene.put(key, big) }
    scene.source.inner.set(ObjectKey("missing"), [1])
    scene.sample = ("100%", .share(1))
    scene.parallelObjects = 1
    await #expect(throws: RunStop.self) { try await scene.verify() }
    let half = try #require(try await scene.audits().first)
    #expect(half.endedAt == nil)
    #expect((half.counts.objectsRead, half.counts.sampled, half.counts.sampledWrong) == (3, 4, 1))
    #expect(half.counts.bytesRead == 27_000)
    let (_, audit) = try await scene.verify()
    #expect(audit.id == half.id)
    #expect((audit.counts.objectsRead, audit.counts.sampled, audit.counts.sampledWrong) == (4, 5, 1))
    #expect(audit.counts.bytesRead == 36_000)
    #expect(try await scene.audits().map(\.counts) == [audit.counts])
  }

  @Test("keys that stay as they were are counted once, however often the verification is stopped")
  func keptCounts() async throws {
    let scene = Scene(.olderS3, .olderS3)
    for key in ["a", "b"] { scene.put(key, big) }
    try await scene.verify()
    scene.source.inner.set(ObjectKey("z"), parts: cut(big, 3000))
    scene.destination.inner.set(ObjectKey("z"), big)
    let stopped = Scene([.goneCredentials: 1], isAscending: true)
    for key in ["a", "b"] { stopped.put(key, big) }
    try await stopped.verify()
    stopped.source.inner.set(ObjectKey("z"), parts: cut(big, 3000))
    stopped.destination.inner.set(ObjectKey("z"), big)
    await #expect(throws: RunStop.self) { try await stopped.verify() }
    #expect(try await stopped.audits().last?.counts.kept == 2)
    #expect(try await stopped.verify().audit.counts.kept == 2)
    #expect(try await scene.verify().audit.counts.kept == 2)
  }

  // MARK: Listings

  @Test("what listings prove was so when they began, and the verification says when that was")
  func listedAt() async throws {
    let scene = Scene(.olderS3, .olderS3)
    scene.put("a", big)
    let first = scene.now
    try await scene.verify()
    let began = Timestamp(millisecondsSinceEpoch: first)
    #expect(try await scene.rows()[0].evidence.map(\.observedAt) == [began, began])
    scene.put("b", big)
    scene.now += 3 * Self.day
    scene.takesInventories = true
    let taken = try await scene.verify().audit
    #expect(taken.sourceListedAt == began && taken.destinationListedAt == began)
    #expect(taken.settings.takesInventories && taken.counts.kept == 1)
    scene.takesInventories = false
    let fresh = try await scene.verify().audit
    #expect(fresh.sourceListedAt == Timestamp(millisecondsSinceEpoch: scene.now))
    #expect(try await scene.rows().count == 2)
  }

  @Test("a proof by inventories that were taken is as old as they are")
  func provenAt() async throws {
    let scene = Scene(.olderS3, .olderS3)
    scene.put("a", big)
    scene.required = .readBack
    scene.reading = .destination
    let listed = Timestamp(millisecondsSinceEpoch: scene.now)
    scene.destination.inner.set(ObjectKey("a"), flipped(big))
    try await scene.verify()
    #expect(try await scene.outcomes() == ["a": "mismatched"])
    // Repaired, and listed by a verification that is stopped before it looks.
    scene.destination.inner.set(ObjectKey("a"), big)
    scene.required = .auto
    try await scene.verify()
    #expect(try await scene.rows()[0].provenAt == listed)
    scene.now += Self.day
    scene.takesInventories = true
    #expect(try await scene.verify().audit.counts.kept == 1)
    #expect(try await scene.rows()[0].provenAt == listed)
  }

  @Test(
    "a verification that was stopped goes on within a day, and begins anew after it",
    arguments: [true, false])
  func old(_ isOld: Bool) async throws {
    let scene = Scene([.goneCredentials: 1], isAscending: true)
    for key in ["a", "z"] {
      scene.source.inner.set(ObjectKey(key), parts: cut(big, 3000))
      scene.destination.inner.set(ObjectKey(key), big)
    }
    scene.reading = .destination
    scene.parallelObjects = 1
    await #expect(throws: RunStop.self) { try await scene.verify() }
    let lists = scene.destination.faults.requests("list")
    scene.now += isOld ? Self.day + 1 : Self.day
    // Removed after it was proven: only a new listing can tell.
    scene.destination.inner.remove(ObjectKey("a"))
    try await scene.verify()
    #expect((scene.destination.faults.requests("list") > lists) == isOld)
    #expect(try await scene.audits().count == (isOld ? 2 : 1))
    #expect(try await scene.outcomes() == ["a": isOld ? "missing" : "read-back", "z": "read-back"])
  }

  @Test("with the inventories of a migration, what it copied is asked about and not called missing")
  func inventoriesOfBefore() async throws {
    let scene = Scene(.olderS3)
    for index in 0..<5 { scene.source.inner.set(ObjectKey("k\(index)"), patternedBytes(100 + index)) }
    // Proven by its bytes on the way: the answers to HEAD alone would not prove it again.
    scene.source.inner.set(ObjectKey("parts"), parts: cut(big, 3000))
    scene.source.inner.set(ObjectKey("conflict"), [1, 2, 3])
    scene.destination.inner.set(ObjectKey("conflict"), [1, 2])
    #expect(try await scene.migrate().completed == 6)
    scene.destination.inner.remove(ObjectKey("k0"))
    scene.destination.inner.set(ObjectKey("k1"), flipped(patternedBytes(101)))
    let lists = scene.destination.faults.requests("list")
    scene.takesInventories = true
    let (tally, audit) = try await scene.verify()
    #expect(scene.destination.faults.requests("list") == lists)
    #expect((tally.completed, tally.error, audit.counts.kept) == (4, 3, 4))
    #expect(
      try await scene.outcomes() == [
        "parts": "end-to-end",
        "k0": "missing", "k1": "mismatched", "k2": "end-to-end", "k3": "end-to-end", "k4": "end-to-end",
        "conflict": "mismatched",
      ])
    #expect(audit.settings.takesInventories)
    // Without inventories at all nothing is concluded.
    let empty = Scene()
    empty.takesInventories = true
    await #expect(throws: RunStop.self) { try await empty.verify() }
  }

  @Test("a verification that lists does not go on with one that took inventories")
  func otherListing() async throws {
    let scene = Scene([.goneCredentials: 1], isAscending: true)
    scene.put("a", big)
    try await scene.verify()
    scene.source.inner.set(ObjectKey("z"), parts: cut(big, 3000))
    scene.destination.inner.set(ObjectKey("z"), big)
    await #expect(throws: RunStop.self) { try await scene.verify() }
    scene.takesInventories = true
    #expect(try await scene.verify().audit.id == 3)
    #expect(try await scene.audits().map(\.settings.takesInventories) == [false, false, true])
  }

  // MARK: Unchanged or not

  @Test("an object that was written again under the same ETag is asked about once, and stays proven")
  func touched() async throws {
    let scene = Scene(.olderS3, .oss)
    scene.put("a", big)
    try await scene.verify()
    let proven = try #require(try await scene.rows()[0].provenAt)
    scene.rewrite("a", big)
    let audit = try await scene.verify().audit
    #expect(audit.counts.kept == 1)
    #expect(scene.source.faults.requests("head") == 1 && scene.destination.faults.requests("head") == 1)
    #expect(try await scene.rows()[0].provenAt == proven)
  }

  @Test("bytes that changed under an ETag that did not are found by the CRC, the version or the time")
  func changedUnderTheETag() async throws {
    let scene = Scene(.olderS3, .oss)
    let keys = ["crc", "version", "same"]
    for key in keys {
      scene.source.inner.set(ObjectKey(key), big)
      scene.destination.inner.set(ObjectKey(key), big, eTag: ETag("opaque"), versionID: "v1")
    }
    scene.reading = .destination
    try await scene.verify()
    #expect(try await scene.outcomes() == ["crc": "read-back", "version": "read-back", "same": "read-back"])
    let gets = scene.destination.faults.requests("get")
    #expect(try await scene.verify().audit.counts.kept == 3)
    scene.destination.inner.set(ObjectKey("crc"), flipped(big), eTag: ETag("opaque"), versionID: "v1")
    scene.destination.inner.set(ObjectKey("version"), big, eTag: ETag("opaque"), versionID: "v2")
    scene.destination.inner.set(ObjectKey("same"), big, eTag: ETag("opaque"), versionID: "v1")
    let audit = try await scene.verify().audit
    #expect(try await scene.outcomes() == ["crc": "mismatched", "version": "read-back", "same": "read-back"])
    // Read again are those two alone.
    #expect((audit.counts.kept, audit.counts.objectsRead) == (1, 2))
    #expect(scene.destination.faults.requests("get") == gets + 2)
  }

  @Test("an ETag of zeros that did not change says nothing where the time moved")
  func zeros() async throws {
    let scene = Scene(.olderS3, .olderS3)
    let zeros = ETag(String(repeating: "0", count: 32))
    for key in ["a", "b"] {
      scene.source.inner.set(ObjectKey(key), big)
      scene.destination.inner.set(ObjectKey(key), big, eTag: zeros)
    }
    scene.reading = .destination
    try await scene.verify()
    scene.rewrite("a", flipped(big), eTag: zeros)
    #expect(try await scene.verify().audit.counts.kept == 1)
    #expect(try await scene.outcomes() == ["a": "mismatched", "b": "read-back"])
  }

  @Test("what the source has lost stays proven where HEAD shows the destination as it was")
  func goneFromTheSource() async throws {
    let scene = Scene(.olderS3, .oss)
    for key in ["same", "other"] {
      scene.source.inner.set(ObjectKey(key), big)
      scene.destination.inner.set(ObjectKey(key), big, eTag: ETag("opaque"))
    }
    scene.reading = .destination
    try await scene.verify()
    for key in ["same", "other"] { scene.source.inner.remove(ObjectKey(key)) }
    scene.destination.inner.set(ObjectKey("other"), flipped(big), eTag: ETag("opaque"))
    let heads = scene.source.faults.requests("head")
    let audit = try await scene.verify().audit
    #expect(try await scene.outcomes() == ["same": "read-back", "other": "source-gone"])
    #expect(scene.source.faults.requests("head") == heads && audit.counts.kept == 1)
    // A stronger proof than was reached cannot be had any more.
    scene.required = .readBack
    #expect(try await scene.verify().audit.counts.kept == 1)
  }

  @Test("version ids that HEAD tells go into the ledger")
  func versions() async throws {
    let scene = Scene(.olderS3, .oss)
    scene.source.inner.set(ObjectKey("a"), big, eTag: ETag("opaque"), versionID: "s1")
    scene.destination.inner.set(ObjectKey("a"), big, eTag: ETag("opaque"), versionID: "d1")
    scene.reading = .both
    try await scene.verify()
    let row = try #require(try await scene.rows().first)
    #expect(row.destination?.versionID == "d1")
    #expect(Set(row.evidence.compactMap(\.generation.versionID)) == ["s1", "d1"])
  }
}
