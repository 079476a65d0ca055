import Checksums
import DevStore
import Foundation
import StorageTesting
import Synchronization
import Testing

/// Ends a program with SIGKILL at exactly the k-th request that it makes, whichever store that goes to.
final class Executioner: Sendable {
  private struct State {
    var victim: Subprocess?
    var moment = Witness.Moment.came
    var ordinal = 0
    var seen: [Witness.Moment: Int] = [:]
  }

  private let state = Mutex(State())

  var witness: Witness {
    Witness { [self] moment, _ in
      let victim = state.withLock { state -> Subprocess? in
        state.seen[moment, default: 0] += 1
        return moment == state.moment && state.seen[moment] == state.ordinal ? state.victim : nil
      }
      victim?.send(SIGKILL)
    }
  }

  /// The next victim and when it ends; counts begin anew.
  func await(_ victim: Subprocess?, _ moment: Witness.Moment, _ ordinal: Int) {
    state.withLock { $0 = State(victim: victim, moment: moment, ordinal: ordinal) }
  }
}

@Suite("the built binary is killed at every request", .serialized, .timeLimit(.minutes(5)))
struct KillTests {
  static let partSize = 1 << 20
  static let bigSize = 6 * partSize + 5000
  static let parts = 7
  static let big = Array("big".utf8)
  static let objectsAtOnce = 2
  static let partsAtOnce = 4

  /// Two servers that an executioner watches; every round has a bucket and a ledger of its own.
  final class Scaffold {
    let folder: TemporaryFolder
    let s3: DevStore
    let oss: DevStore
    let executioner = Executioner()
    let written: [[UInt8]: String]

    init() async throws {
      folder = try TemporaryFolder()
      s3 = try await Self.store(.s3, folder, executioner.witness)
      oss = try await Self.store(.oss, folder, executioner.witness)
      try s3.createBucket("from")
      let filled = try await Subprocess.script(
        "fill_crossing.py", [s3.endpoint, "from", "\(KillTests.bigSize)"], environment: Self.environment,
        in: folder
      ).run()
      try #require(filled.status == 0, "\(filled.stderr)")
      written = try s3.contents(of: "from").mapValues(\.hex)
    }

    private static func store(
      _ dialect: Dialect, _ folder: TemporaryFolder, _ witness: Witness
    ) async throws -> DevStore {
      try await DevStore.start(
        DevStoreConfiguration(
          dialect: dialect, root: "\(folder.path)/\(dialect.rawValue)", accessKeyID: Harbour.keys.id,
          secretAccessKey: Harbour.keys.secret, defaultChecksum: true), witness: witness)
    }

    static var environment: [String: String] {
      [
        "AWS_ACCESS_KEY_ID": Harbour.keys.id, "AWS_SECRET_ACCESS_KEY": Harbour.keys.secret,
        "OSS_ACCESS_KEY_ID": Harbour.keys.id, "OSS_ACCESS_KEY_SECRET": Harbour.keys.secret,
      ]
    }

    func migration(_ bucket: String) -> Subprocess {
      Tranship.command(
        [
          "migrate", "s3://from", "oss://\(bucket)", "--source-endpoint", s3.endpoint,
          "--destination-endpoint", oss.endpoint, "--destination-region", "cn-hangzhou",
          "--ledger", "\(folder.path)/\(bucket).ledger", "--output", "\(folder.path)/\(bucket).report",
          "--concurrency", "\(KillTests.objectsAtOnce)", "--part-size", "\(KillTests.partSize)",
        ], environment: Self.environment, in: folder)
    }

    /// Runs once, killed at a request; false where the run ended before.
    func killed(_ bucket: String, _ moment: Witness.Moment, _ ordinal: Int) async throws -> Bool {
      let run = migration(bucket)
      executioner.await(run, moment, ordinal)
      let ended = try await run.start().finish()
      executioner.await(nil, moment, 0)
      guard ended.status != 0 else { return false }
      try #require(ended.status == -SIGKILL, "\(ended.stdout) \(ended.stderr)")
      return true
    }

    func stop() async {
      await s3.stop()
      await oss.stop()
    }
  }

  /// Whether a run went on with an upload that another had begun.
  private enum Resumption { case none, parts }

  /// Lets a run go to its end and checks that nothing is lost, doubled or left.
  private func finish(
    _ scaffold: Scaffold, _ bucket: String, kills: Int, _ round: Comment
  ) async throws -> Resumption {
    let before = scaffold.oss.journal().count
    let run = try await scaffold.migration(bucket).run()
    try #require(run.status == 0, "\(round): \(run.stdout) \(run.stderr)")
    #expect(try scaffold.oss.contents(of: bucket).mapValues(\.hex) == scaffold.written, round)
    #expect(try scaffold.oss.openUploads(of: bucket).isEmpty, round)
    let journal = scaffold.oss.journal()
    let all = journal.filter { $0.bucket == bucket && $0.status == 200 }
    let published = all.filter { ["PutObject", "CompleteMultipartUpload"].contains($0.operation) }
    #expect(published.count == scaffold.written.count, round)
    #expect(Set(published.map(\.key)).count == published.count, round)
    let parts = all.filter { $0.operation == "UploadPart" && $0.key == Self.big }.count
    #expect((Self.parts...Self.parts + kills * Self.partsAtOnce).contains(parts), round)
    let later = journal.dropFirst(before).filter {
      $0.bucket == bucket && $0.status == 200 && $0.key == Self.big
    }
    let laterParts = later.filter { $0.operation == "UploadPart" }.count
    let isBegun = later.contains { $0.operation == "CreateMultipartUpload" }
    return !isBegun && (1..<Self.parts).contains(laterParts) ? .parts : .none
  }

  @Test("nothing is lost, stored twice or left open, and only what was on its way is sent again")
  func everyRequest() async throws {
    let scaffold = try await Scaffold()
    let filling = scaffold.s3.journal().count
    for moment in Witness.Moment.allCases {
      var takenUp = 0
      var ordinal = 1
      while true {
        let bucket = "into-\(moment)-\(ordinal)"
        try scaffold.oss.createBucket(bucket)
        guard try await scaffold.killed(bucket, moment, ordinal) else { break }
        let end = try await finish(scaffold, bucket, kills: 1, "killed at request \(ordinal): \(moment)")
        if end == .parts { takenUp += 1 }
        ordinal += 1
      }
      #expect(ordinal > 25 && takenUp > 3, "\(ordinal) kills, \(takenUp) uploads taken up")
    }
    let asked = scaffold.s3.journal().dropFirst(filling).map(\.method)
    #expect(Set(asked) == ["GET", "HEAD"])
    await scaffold.stop()
  }

  @Test("and killed again while it takes up what was left")
  func twice() async throws {
    let scaffold = try await Scaffold()
    for (first, second) in [(9, 4), (14, 8), (18, 9), (20, 12), (23, 10), (26, 6)] {
      let bucket = "into-\(first)-\(second)"
      try scaffold.oss.createBucket(bucket)
      #expect(try await scaffold.killed(bucket, .done, first))
      #expect(try await scaffold.killed(bucket, .came, second))
      _ = try await finish(scaffold, bucket, kills: 2, "killed at \(first) and \(second)")
    }
    await scaffold.stop()
  }
}
