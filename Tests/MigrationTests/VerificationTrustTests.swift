import AuditLedger
import Checksums
import Migration
import ObjectStorage
import StorageTesting
import Testing
import Verification

/// What others say counts only where it may, and only of what it speaks of.
@Suite("a verification and what it may believe")
struct VerificationTrustTests {
  private func imported(_ key: String, _ bytes: [UInt8], _ side: Side = .source) -> ImportedDigest {
    ImportedDigest(
      side: side, key: ObjectKey(key), checksum: Checksum.of(bytes, .sha256), file: "SHA256SUMS", line: 1)
  }

  /// A source under an encryption that hides its digests.
  private func encrypted(_ keys: String...) -> Scene {
    let scene = Scene()
    for key in keys {
      scene.source.inner.set(ObjectKey(key), parts: cut(big, 3000), isEncrypted: true)
      scene.destination.inner.set(ObjectKey(key), big)
    }
    scene.reading = .destination
    return scene
  }

  @Test("a proof by somebody else's digest does not stand where these do not count")
  func acceptedOnce() async throws {
    let scene = encrypted("big")
    try await scene.take([imported("big", big)])
    scene.acceptsImported = true
    try await scene.verify()
    #expect(try await scene.outcomes() == ["big": "read-back"])
    scene.acceptsImported = false
    let (tally, audit) = try await scene.verify()
    #expect(try await scene.outcomes() == ["big": "unverifiable encrypted-etag"])
    #expect((tally.completed, tally.error, audit.counts.kept) == (0, 1, 0))
    // Nor where the source has lost the object meanwhile.
    scene.acceptsImported = true
    try await scene.verify()
    scene.source.inner.remove(ObjectKey("big"))
    scene.acceptsImported = false
    try await scene.verify()
    #expect(try await scene.outcomes() == ["big": "source-gone"])
  }

  @Test("what a verification that accepts them began, one that does not never goes on with")
  func acceptedHalf() async throws {
    let scene = Scene([.goneCredentials: 1], isAscending: true)
    for key in ["a", "z"] {
      scene.source.inner.set(ObjectKey(key), parts: cut(big, 3000), isEncrypted: true)
      scene.destination.inner.set(ObjectKey(key), big)
    }
    scene.reading = .destination
    scene.parallelObjects = 1
    try await scene.take([imported("a", big), imported("z", big)])
    scene.acceptsImported = true
    await #expect(throws: RunStop.self) { try await scene.verify() }
    #expect(try await scene.outcomes()["a"] == "read-back")
    scene.acceptsImported = false
    try await scene.verify()
    let reason = "unverifiable encrypted-etag"
    #expect(try await scene.outcomes() == ["a": reason, "z": reason])
    #expect(try await scene.audits().map { $0.endedAt == nil } == [true, false])
  }

  @Test(
    "digests of another generation are named and count for nothing, on either side",
    arguments: [Side.source, .destination])
  func otherGenerations(_ side: Side) async throws {
    let changes: [(String, (inout ImportedDigest) -> Void)] = [
      ("etag", { $0.eTag = ETag("another") }), ("size", { $0.size = 8999 }),
      ("version", { $0.versionID = "another" }),
      ("time", { $0.modifiedAt = Timestamp(millisecondsSinceEpoch: 1_600_000_000_000) }),
    ]
    let scene = Scene(.olderS3, .olderS3)
    scene.acceptsImported = true
    scene.reading = side == .source ? .destination : .both
    for (key, change) in changes + [("good", { _ in })] {
      // One side under an ETag that says nothing of the bytes, the other with a digest of its own.
      let (opaque, plain) =
        side == .source
        ? (scene.source.inner, scene.destination.inner) : (scene.destination.inner, scene.source.inner)
      opaque.set(ObjectKey(key), big, eTag: ETag("opaque-\(key)"), versionID: "v1")
      plain.set(ObjectKey(key), big)
      var digest = imported(key, big, side)
      if side == .destination { digest.checksum = Checksum.of(big, .md5) }
      change(&digest)
      try await scene.take([digest])
    }
    if side == .destination { scene.reading = .none }
    try await scene.verify()
    let outcomes = try await scene.outcomes()
    #expect(outcomes["good"] == (side == .source ? "read-back" : "end-to-end"))
    for (key, _) in changes {
      #expect(outcomes[key] == "unverifiable other-generation", "\(key)")
    }
    let notes = try await scene.rows().filter { $0.source.key != ObjectKey("good") }.flatMap(\.notes)
    #expect(notes.count == 4 && notes.allSatisfy { $0.hasSuffix(", of another generation") })
  }

  @Test("zeros for ETags on both sides prove nothing")
  func zeros() async throws {
    let scene = Scene(.olderS3, .olderS3)
    let zeros = String(repeating: "0", count: 32)
    for (key, eTag) in [("plain", zeros), ("parts", "\(zeros)-1")] {
      scene.source.inner.set(ObjectKey(key), big, eTag: ETag(eTag))
      scene.destination.inner.set(ObjectKey(key), flipped(big), eTag: ETag(eTag))
    }
    try await scene.verify()
    let reason = "unverifiable size-only"
    #expect(try await scene.outcomes() == ["plain": reason, "parts": reason])
    scene.reading = .both
    try await scene.verify()
    #expect(try await scene.outcomes() == ["plain": "mismatched", "parts": "mismatched"])
  }

  @Test("with --distrust-etags equal ETags prove nothing, and checksums, CRCs and reads still do")
  func distrusted() async throws {
    let scene = Scene(.s3, .s3)
    // Equal CRCs, equal MD5s; parts cut alike; and a copy that kept the ETag of other bytes.
    scene.put("plain", big)
    for store in [scene.source.inner, scene.destination.inner] {
      store.set(ObjectKey("parts"), parts: cut(big, 3000))
    }
    let eTag = ETag(Checksum.of(big, .md5).hex)
    scene.source.inner.set(ObjectKey("copied"), big, eTag: eTag)
    scene.destination.inner.set(ObjectKey("copied"), flipped(big), eTag: eTag)
    try await scene.verify()
    #expect(
      try await scene.outcomes() == ["plain": "end-to-end", "parts": "end-to-end", "copied": "end-to-end"])
    #expect(scene.source.faults.requests("head") == 0)
    scene.distrustsETags = true
    try await scene.verify()
    #expect(
      try await scene.outcomes() == ["plain": "end-to-end", "parts": "end-to-end", "copied": "mismatched"])
    #expect(scene.source.faults.requests("head") == 3)
    #expect(try await scene.rows().flatMap(\.evidence).allSatisfy { $0.checksum.algorithm == .crc64nvme })
    // Without a ledger too, where listings are compared as they come.
    scene.forget()
    scene.keepsProblemsOnly = true
    #expect(try await scene.verify().tally.errors == [.mismatched: 1])
  }

  @Test("with --distrust-etags, where there is nothing but ETags, only reads of both sides prove")
  func distrustedAlone() async throws {
    let scene = Scene(.olderS3, .olderS3)
    scene.put("plain", big)
    for store in [scene.source.inner, scene.destination.inner] {
      store.set(ObjectKey("parts"), parts: cut(big, 3000))
    }
    scene.distrustsETags = true
    for reading in [Reading.none, .destination] {
      scene.reading = reading
      try await scene.verify()
      let reason = "unverifiable size-only"
      #expect(try await scene.outcomes() == ["plain": reason, "parts": reason])
    }
    scene.reading = .both
    try await scene.verify()
    #expect(try await scene.outcomes() == ["plain": "read-back", "parts": "read-back"])
  }

  @Test("an ETag that is what was sent, to a store that checks nothing, proves nothing later either")
  func echo() async throws {
    let scene = Scene(.olderS3, .olderS3)
    scene.source.inner.set(ObjectKey("a"), big)
    var store = EchoStore(inner: scene.destination.inner)
    scene.destinationReader = store
    #expect(try await scene.migrate(to: store).errors == [.unverifiable: 1])
    try await scene.verify()
    #expect(try await scene.outcomes() == ["a": "unverifiable size-only"])
    // Nor to a retry, nor to one after the store has learned to check: that one sends the object again.
    #expect(try await scene.migrate(.retry, to: store).completed == 0)
    let isEqual = { scene.destination.inner.bytes(of: ObjectKey("a")) == big }
    #expect(!isEqual())
    store.isRepaired = true
    #expect(try await scene.migrate(.retry, to: store).completed == 1)
    #expect(isEqual())
  }

  @Test("an ETag that was sent, to a store that was seen to check it, proves")
  func checkedEcho() async throws {
    let scene = Scene(.olderS3, .olderS3)
    scene.source.inner.set(ObjectKey("a"), big)
    #expect(try await scene.migrate().completed == 1)
    // Changed and repaired by somebody: the earlier proof does not stand by itself.
    scene.destination.inner.set(ObjectKey("a"), flipped(big))
    try await scene.verify()
    #expect(try await scene.outcomes() == ["a": "mismatched"])
    scene.destination.inner.set(ObjectKey("a"), big)
    try await scene.verify()
    #expect(try await scene.outcomes() == ["a": "end-to-end"])
  }

  @Test("objects without bytes are equal whatever their ETags say")
  func empty() async throws {
    let scene = Scene(.olderS3, .olderS3)
    scene.source.inner.set(ObjectKey("kms"), parts: [[]], isEncrypted: true)
    scene.destination.inner.set(ObjectKey("kms"), [])
    scene.source.inner.set(ObjectKey("parts"), parts: [[]])
    scene.destination.inner.set(ObjectKey("parts"), [])
    scene.source.inner.set(ObjectKey("short"), [])
    scene.destination.inner.set(ObjectKey("short"), [1])
    try await scene.verify()
    let good = ["kms": "end-to-end", "parts": "end-to-end", "short": "mismatched"]
    #expect(try await scene.outcomes() == good)
    #expect(scene.source.faults.requests("head") == 0)
    // The same where HEAD is asked, and where bytes have to be read.
    scene.distrustsETags = true
    try await scene.verify()
    #expect(try await scene.outcomes() == good)
    scene.required = .readBack
    try await scene.verify()
    #expect(
      try await scene.outcomes() == ["kms": "read-back", "parts": "read-back", "short": "mismatched"])
    #expect(scene.source.faults.requests("get") == 0)
  }
}
