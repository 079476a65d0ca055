import DevStore
import Foundation
import Glibc
import StorageTesting
import Synchronization
import Testing

/// Looks at the arguments of every process of the program that works in a folder, and may kill one.
final class ArgumentWatch: Sendable {
  private let seen = Mutex<Set<String>>([])
  private let victim = Mutex<(program: Subprocess, requests: Int)?>(nil)
  private let folder: String

  init(_ folder: String) { self.folder = folder }

  var all: Set<String> { seen.withLock { $0 } }

  /// Kills a program at the request that comes after so many.
  func strike(_ program: Subprocess, after requests: Int) { victim.withLock { $0 = (program, requests) } }

  func see() {
    look()
    let due = victim.withLock { victim -> Subprocess? in
      victim?.requests -= 1
      guard let one = victim, one.requests < 0 else { return nil }
      victim = nil
      return one.program
    }
    due?.send(SIGKILL)
  }

  /// Called while the program waits for an answer.
  private func look() {
    let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    for number in processes where Int(number) != nil {
      guard let bytes = FileManager.default.contents(atPath: "/proc/\(number)/cmdline") else { continue }
      let text = String(decoding: bytes, as: UTF8.self)
      if text.contains("tranship\u{0}"), text.contains(folder) { seen.withLock { _ = $0.insert(text) } }
    }
  }
}

@Suite("secrets stay where they are", .serialized, .timeLimit(.minutes(10)))
struct SecretTests {
  /// Four marks that stand nowhere else; of the key id the part before its last four characters, which are shown.
  static let keys = DevStoreKeyPair(
    accessKeyID: "MARKERKEYIDX7Q2", secretAccessKey: "markersecret/5f1d+2c=",
    sessionToken: "markertoken/9b+7e==")
  static let proxyPassword = "markerproxypass"
  static let marks = ["MARKERKEYID", "markersecret", "markertoken", proxyPassword]

  static var environment: [String: String] {
    [
      "AWS_ACCESS_KEY_ID": keys.accessKeyID, "AWS_SECRET_ACCESS_KEY": keys.secretAccessKey,
      "AWS_SESSION_TOKEN": keys.sessionToken ?? "", "OSS_ACCESS_KEY_ID": keys.accessKeyID,
      "OSS_ACCESS_KEY_SECRET": keys.secretAccessKey, "OSS_SESSION_TOKEN": keys.sessionToken ?? "",
      "HTTPS_PROXY": "http://user:\(proxyPassword)@127.0.0.1:1",
      "HTTP_PROXY": "http://user:\(proxyPassword)@127.0.0.1:1",
    ]
  }

  private struct Stage {
    let folder: TemporaryFolder
    let s3: DevStore
    let oss: DevStore
    let watch: ArgumentWatch

    init() async throws {
      folder = try TemporaryFolder()
      watch = ArgumentWatch(folder.path)
      let watch = self.watch
      let witness = Witness { _, _ in watch.see() }
      s3 = try await Self.store(.s3, folder, witness)
      oss = try await Self.store(.oss, folder, witness)
      try s3.createBucket("from")
      try oss.createBucket("into")
    }

    private static func store(
      _ dialect: Dialect, _ folder: TemporaryFolder, _ witness: Witness
    ) async throws -> DevStore {
      // The stores keep what they are sent apart from what the program leaves behind.
      try await DevStore.start(
        DevStoreConfiguration(
          dialect: dialect, root: "\(folder.path)/stores/\(dialect.rawValue)",
          accessKeyID: SecretTests.keys.accessKeyID, secretAccessKey: SecretTests.keys.secretAccessKey),
        witness: witness)
    }

    func migration(_ ledger: String, _ more: [String] = []) -> [String] {
      [
        "migrate", "s3://from", "oss://into", "--source-endpoint", s3.endpoint, "--destination-endpoint",
        oss.endpoint,
        "--destination-region", "cn-hangzhou", "--ledger", "\(folder.path)/\(ledger).ledger",
      ] + more
    }

    func run(_ arguments: [String], _ change: [String: String] = [:]) -> Subprocess {
      Tranship.command(arguments, environment: SecretTests.environment.merging(change) { $1 }, in: folder)
    }

    func stop() async {
      await s3.stop()
      await oss.stop()
    }
  }

  /// The files that hold a mark, in any of the spellings in which one travels.
  private func leaks(in folder: TemporaryFolder) throws -> (found: [String], searched: Int) {
    var (found, searched): ([String], Int) = ([], 0)
    let files = try #require(FileManager.default.enumerator(atPath: folder.path))
    for case let name as String in files where !name.hasPrefix("stores") {
      guard let bytes = FileManager.default.contents(atPath: "\(folder.path)/\(name)") else { continue }
      searched += 1
      for mark in Self.marks {
        // The pieces of Base64 that a mark gives wherever it begins in a text.
        let spellings =
          [mark]
          + (0..<3).map { shift in
            String(
              Data((String(repeating: "x", count: shift) + mark).utf8).base64EncodedString().dropFirst(4)
                .dropLast(4))
          }
        for text in spellings where bytes.range(of: Data(text.utf8)) != nil {
          found.append("\(mark) in \(name)")
        }
      }
    }
    return (found, searched)
  }

  @Test(
    "after a success, refusals, a proxy that refuses and a crash no secret stands in anything that is left")
  func nowhere() async throws {
    let stage = try await Stage()
    let filled = try await Subprocess.script(
      "fill_crossing.py", [stage.s3.endpoint, "from", "\(6 << 20)"],
      environment: Self.environment.filter { !$0.key.hasSuffix("_PROXY") },
      in: stage.folder
    ).run()
    try #require(filled.status == 0, "\(filled.stderr)")

    let crashed = stage.run(stage.migration("crashed", ["--part-size", "1MiB"]))
    stage.watch.strike(crashed, after: 17)
    #expect(try await crashed.start().finish().status == -SIGKILL)
    let resumed = try await stage.run(stage.migration("crashed", ["--part-size", "1MiB", "--json"])).run()
    #expect(resumed.status == 0, "\(resumed.stderr)")

    let refused = [
      ["AWS_SECRET_ACCESS_KEY": "markersecret-wrong"], ["OSS_ACCESS_KEY_ID": "MARKERKEYID-other9"],
      ["OSS_ACCESS_KEY_SECRET": "markersecret-wrong"], ["AWS_ACCESS_KEY_ID": "MARKERKEYID-other9"],
    ]
    for (number, change) in refused.enumerated() {
      let run = try await stage.run(stage.migration("refused\(number)"), change).run()
      #expect(run.status == 2, "\(run.stderr)")
      let doctor = try await stage.run(["doctor"] + stage.migration("").dropFirst().dropLast(2), change).run()
      #expect(doctor.status == 1, "\(doctor.stdout)")
    }
    let proxied = try await stage.run(
      stage.migration("proxied", ["--retries", "0"]).map {
        $0 == stage.s3.endpoint ? "https://store.example" : $0
      }
    ).run()
    #expect(proxied.status == 2 && proxied.stderr.contains("127.0.0.1:1"), "\(proxied.stderr)")
    for command in [
      ["verify"] + stage.migration("looked").dropFirst(), stage.migration("again", ["--relist"]),
    ] {
      let run = try await stage.run(Array(command)).run()
      #expect([0, 1].contains(run.status), "\(run.stdout) \(run.stderr)")
    }

    let (found, searched) = try leaks(in: stage.folder)
    #expect(found == [])
    #expect(searched > 20, "\(searched) files")
    let arguments = stage.watch.all
    #expect(arguments.count >= 5, "\(arguments.count) lines of arguments")
    for line in arguments { for mark in Self.marks { #expect(!line.contains(mark)) } }
    await stage.stop()
  }

  @Test("the search finds a mark that does stand somewhere")
  func search() throws {
    let folder = try TemporaryFolder()
    try "a \(Self.marks[1]) b".write(toFile: "\(folder.path)/one", atomically: true, encoding: .utf8)
    try Data("Basic user:\(Self.proxyPassword)".utf8).base64EncodedString()
      .write(toFile: "\(folder.path)/two", atomically: true, encoding: .utf8)
    #expect(try leaks(in: folder).found.count >= 2)
  }
}
