import AuditLedger
import Checksums
import NIOPosix
import ObjectStorage
import StorageTesting
import Synchronization
import Testing

@testable import Migration

/// Small objects go whole, without a task each; whatever happens to one ends as it does with a task.
@Suite(.timeLimit(.minutes(10))) struct WholeCopyTests {
  private static func bytes(_ number: Int) -> [UInt8] { Array("object \(number)".utf8) }

  private static func scene(_ objects: Int, _ faults: [FaultyStore.Fault: Int] = [:]) -> Scene {
    let scene = Scene(.olderS3, .oss, faults)
    for number in 0..<objects { scene.source.inner.set(ObjectKey("k\(number)"), bytes(number)) }
    return scene
  }

  @Test("one GET and one PUT an object, and every one proven")
  func plain() async throws {
    let scene = Self.scene(299)
    scene.source.inner.set(ObjectKey("empty"), [])
    let tally = try await scene.migrate()
    #expect(tally.completed == 300)
    #expect(scene.source.faults.requests("get") == 300)
    #expect(scene.destination.faults.requests("put") == 300)
    #expect(scene.source.faults.requests("head") == 0 && scene.destination.faults.requests("head") == 0)
    #expect(try await Set(scene.outcomes().values) == ["end-to-end"])
  }

  @Test("never more at one time than there are places, and not one after the other", arguments: [1, 3, 8])
  func places(_ width: Int) async throws {
    let scene = Scene()
    scene.parallelObjects = width
    for number in 0..<120 { scene.source.inner.set(ObjectKey("k\(number)"), Self.bytes(number)) }
    let destination = HookedStore(scene.destination.inner, bucket: "to")
    let counts = Mutex((now: 0, most: 0))
    destination.meet { call, _, moment in
      guard call == .put else { return nil }
      counts.withLock {
        $0.now += moment == .before ? 1 : -1
        $0.most = max($0.most, $0.now)
      }
      return nil
    }
    #expect(try await scene.migrate(to: destination).completed == 120)
    #expect(counts.withLock { $0.now } == 0)
    #expect((1...width).contains(counts.withLock { $0.most }))
  }

  @Test("a GET without a clear end is made once more by an ordinary call")
  func unclearRead() async throws {
    let scene = Self.scene(20, [.unclear: 3])
    #expect(try await scene.migrate().completed == 20)
    #expect(scene.source.faults.requests("get") == 23)
    #expect(scene.destination.faults.requests("put") == 20)
  }

  @Test("a PUT without a clear end was carried out or not, and is known by its digests")
  func unclearWrite() async throws {
    let scene = Self.scene(20)
    let destination = FaultyStore(scene.destination.inner, bucket: "to", [.unclear: 3])
    let tally = try await scene.migrate(to: destination)
    #expect(tally.completed == 20 && tally.error == 0)
    // They are known for the job's own, and not for found equal.
    #expect(tally.foundEqual == 0)
    #expect(destination.faults.hits(.unclear) == 3)
    for number in 0..<20 {
      #expect(scene.destination.inner.bytes(of: ObjectKey("k\(number)")) == Self.bytes(number))
    }
  }

  @Test("what cannot go whole at the moment takes ordinary calls, on either side")
  func refused() async throws {
    let scene = Self.scene(700, [.notWhole: 50])
    let destination = FaultyStore(scene.destination.inner, bucket: "to", [.notWhole: 20])
    #expect(try await scene.migrate(to: destination).completed == 700)
    // What the destination refused had been read, and was read again.
    #expect(scene.source.faults.requests("get") == 720)
    #expect(destination.faults.requests("put") == 700)
  }

  @Test("a run that is stopped ends with everything written down that it counts, and goes on")
  func stopped() async throws {
    let scene = Self.scene(400)
    let destination = HookedStore(scene.destination.inner, bucket: "to")
    destination.meet { call, number, moment in
      guard call == .put, number >= 200, moment == .before else { return nil }
      return StorageError(.credentialsRejected, "no more")
    }
    await #expect(throws: RunStop.self) { try await scene.migrate(to: destination) }
    let ended = try await scene.outcomes().values.count { $0 == "end-to-end" }
    #expect((1..<400).contains(ended))
    destination.meetNothing()
    #expect(try await scene.migrate(to: destination).completed == 400)
    for number in 0..<400 {
      #expect(scene.destination.inner.bytes(of: ObjectKey("k\(number)")) == Self.bytes(number))
    }
  }

  @Test("bytes that do not have the source's digest are not sent")
  func wrongBytes() async throws {
    // One: the read that follows it is an ordinary one, whose upload begins before its bytes are all there.
    let scene = Scene(.s3, .oss, [.flippedRead: 1])
    for number in 0..<20 { scene.source.inner.set(ObjectKey("k\(number)"), Self.bytes(number)) }
    #expect(try await scene.migrate().completed == 20)
    #expect(scene.source.faults.requests("get") == 21)
    #expect(scene.destination.faults.requests("put") == 20)
  }

  @Test("an object without an MD5 is written down before it is sent: a run that is killed knows it again")
  func remembered() async throws {
    let scene = Scene()
    scene.source.inner.set(ObjectKey("k"), Self.bytes(1), eTag: ETag("opaque"))
    var destination = FaultyStore(scene.destination.inner, bucket: "to")
    let started = Mutex<[Bool]>([])
    destination.beforePut = { [path = scene.ledgerPath] in
      let ledger = try? await Ledger.open(path, .read)
      let work = try? await ledger?.work(after: nil, limit: 1)
      started.withLock { $0.append(work?.first?.started?.key == ObjectKey("k")) }
      await ledger?.close()
    }
    #expect(try await scene.migrate(to: destination).completed == 1)
    #expect(started.withLock { $0 } == [true])
  }

  @Test("what a PUT without a clear end stored is known also where the source has another object since")
  func unclearAndChanged() async throws {
    let scene = Self.scene(1)
    var destination = FaultyStore(scene.destination.inner, bucket: "to", [.unclear: 1])
    destination.beforePut = { [source = scene.source.inner] in
      source.set(ObjectKey("k0"), Array("another, and longer".utf8))
    }
    #expect(try await scene.migrate(to: destination).completed == 1)
    #expect(scene.destination.inner.bytes(of: ObjectKey("k0")) == Self.bytes(0))
    #expect(destination.faults.requests("put") == 1)
  }

  @Test("a store that never answers clearly gets ordinary calls only, after a while")
  func neverClear() async throws {
    let scene = Self.scene(1600, [.unclear: .max])
    #expect(try await scene.migrate().completed == 1600)
    // The blocks of rows that were taken in by then.
    #expect((64...1100).contains(scene.source.faults.hits(.unclear)))
  }

  @Test(
    "faults end as they do with a task for every object",
    arguments: [
      FaultyStore.Fault.flippedRead, .otherRead, .cutRead, .deniedRead, .missingObject, .throttled,
      .flippedWrite,
      .lostPutAnswer, .wrongPutAnswer, .stolenKey,
    ])
  func faults(_ fault: FaultyStore.Fault) async throws {
    var ends: [[String: Int]] = []
    for goesWhole in [true, false] {
      let scene = Self.scene(12, [fault: 1])
      scene.source.goesWhole = goesWhole
      var destination = FaultyStore(scene.destination.inner, bucket: "to", [fault: 1])
      destination.goesWhole = goesWhole
      try await scene.migrate(to: destination)
      ends.append(try await scene.outcomes().values.reduce(into: [:]) { $0[$1, default: 0] += 1 })
      #expect(scene.source.faults.hits(fault) + destination.faults.hits(fault) > 0)
    }
    #expect(ends[0] == ends[1])
  }
}

/// What the lanes and the tasks share.
