import Foundation
import Glibc
import StorageTesting
import Testing

/// `tranship report`, `report check`, `report prove` and `keygen` by the built binary, with OpenSSL as the other reader.
@Suite("sealed reports by the binary")
struct ReportCommandTests {
  let folder: TemporaryFolder
  private var path: String { folder.path }

  init() throws { folder = try TemporaryFolder() }

  private func run(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> Finished {
    try await Tranship.command(arguments, environment: environment, in: folder).run()
  }

  private func report(_ arguments: [String], _ environment: [String: String] = [:]) async throws -> Finished {
    try await run(["report", "--ledger", "job.ledger"] + arguments, environment)
  }

  /// A ledger of a migration of a few files.
  private func migrate() async throws {
    for name in ["one", "two"] {
      try FileManager.default.createDirectory(atPath: "\(path)/\(name)", withIntermediateDirectories: false)
    }
    for file in ["a.csv", "b c", "=1+1", "é", "z"] {
      try Data(file.utf8).write(to: URL(fileURLWithPath: "\(path)/one/\(file)"))
    }
    let moved = try await run([
      "migrate", "file://\(path)/one", "file://\(path)/two", "--ledger", "job.ledger", "--output", "first",
    ])
    try #require(moved.status == 0, "\(moved.stderr)")
  }

  private func root(_ said: Finished) throws -> String {
    try #require(said.status == 0, "\(said.stderr)")
    let last = try #require(said.stdout.split(separator: "\n").last)
    try #require(last.count == 64)
    return String(last)
  }

  private func contents(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)")
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(folder)/\($0)")))
      })
  }

  @Test("the same ledger gives the same bytes in every time zone and locale, and the root is kept in it")
  func determinism() async throws {
    try await migrate()
    let places = [
      ["TZ": "UTC", "LC_ALL": "C"], ["TZ": "Asia/Kathmandu", "LC_ALL": "tr_TR.UTF-8", "LANG": "ar_EG.UTF-8"],
      ["TZ": "America/Los_Angeles", "LC_ALL": "de_DE.UTF-8"],
    ]
    var roots: [String] = []
    for (index, place) in places.enumerated() {
      roots.append(try root(try await report(["--output", "out\(index)"], place)))
    }
    #expect(Set(roots).count == 1)
    for index in 0..<3 { #expect(try contents("out\(index)") == contents("first")) }
    let kept = try await run(["sql", "--ledger", "job.ledger", "--csv", "SELECT root, objects FROM seals"])
    #expect(kept.stdout == "root,objects\r\n\(roots[0]),5\r\n", "\(kept.stdout)")
    let check = try await run(["report", "check", "out1", "--root", roots[0]])
    #expect(check.status == 0 && check.stdout.contains("5 objects"), "\(check.stdout)\(check.stderr)")
    #expect(check.stdout.contains("a forger is not excluded"))
  }

  @Test("openssl verifies the signature, makes keys that sign, and reads the keys that were made")
  func openssl() async throws {
    try await migrate()
    let made = try await run(["keygen", "own.key"])
    #expect(made.status == 0, "\(made.stderr)")
    let again = try await run(["keygen", "own.key"])
    #expect(again.status == 2 && again.stderr.contains("no key is ever overwritten"), "\(again.stderr)")
    let tool = "/usr/bin/openssl"
    for words in [
      ["genpkey", "-algorithm", "ed25519", "-out", "other.key"],
      ["pkey", "-in", "other.key", "-pubout", "-out", "other.key.pub"],
      ["pkey", "-in", "own.key", "-pubout", "-out", "derived.pub"],
    ] {
      let said = try await Subprocess(tool, words, in: folder).run()
      try #require(said.status == 0, "\(said.stderr)")
    }
    chmod("\(path)/other.key", 0o600)
    #expect(try contentsOf("derived.pub") == contentsOf("own.key.pub"))
    for key in ["own.key", "other.key"] {
      _ = try root(try await report(["--output", "out", "--sign", key]))
      let words = [
        "pkeyutl", "-verify", "-rawin", "-pubin", "-inkey", "\(key).pub", "-in", "out/SEAL.json", "-sigfile",
        "out/SEAL.sig",
      ]
      let verified = try await Subprocess(tool, words, in: folder).run()
      #expect(verified.status == 0 && verified.stdout.contains("Verified Successfully"), "\(verified.stderr)")
      let check = try await run(["report", "check", "out", "--public-key", "\(key).pub"])
      #expect(check.status == 0 && check.stdout.contains("signature: valid"), "\(check.stderr)")
      #expect(!check.stdout.contains("forger"))
    }
    let other = try await run(["report", "check", "out", "--public-key", "own.key.pub"])
    #expect(other.status == 1 && other.stdout.hasPrefix("SEAL.sig: "), "\(other.stdout)")
    let none = try await run(["report", "check", "out", "--public-key", "out/SEAL.json"])
    #expect(none.status == 2 && none.stderr.contains("holds no Ed25519 public key"), "\(none.stderr)")
    chmod("\(path)/own.key", 0o644)
    let open = try await report(["--output", "never", "--sign", "own.key"])
    #expect(open.status == 2 && open.stderr.contains("chmod 600"), "\(open.stderr)")
    #expect(!FileManager.default.fileExists(atPath: "\(path)/never"))
  }

  private func contentsOf(_ file: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: "\(path)/\(file)"))
  }

  @Test("a report is written while another run holds the ledger, and says that the root was not kept")
  func held() async throws {
    try await migrate()
    let lock = open("\(path)/job.ledger.lock", O_RDWR | O_CLOEXEC)
    try #require(lock >= 0 && flock(lock, LOCK_EX | LOCK_NB) == 0)
    defer { close(lock) }
    let said = try await report(["--output", "out"])
    let found = try root(said)
    #expect(said.stderr.contains("the root was not kept in the ledger"), "\(said.stderr)")
    #expect(try contents("out") == contents("first"))
    #expect(try await run(["report", "check", "out", "--root", found]).status == 0)
  }

  private static let canMount =
    system("/usr/bin/unshare -rm sh -c 'mount --bind /usr /usr && mount -o remount,ro,bind /usr' 2>/dev/null")
    == 0

  @Test(
    "a report is written of a ledger on a file system that is mounted read-only",
    .enabled(if: Self.canMount, "not everywhere may a test make mounts of its own"))
  func readOnly() async throws {
    try await migrate()
    let script =
      "mount --bind . \"$1\" && mount -o remount,ro,bind \"$1\" && cd \"$1\" && shift && exec \"$@\""
    let output = try TemporaryFolder()
    let said = try await Subprocess(
      "/usr/bin/unshare",
      [
        "-rm", "sh", "-c", script, "sh", path, Tranship.path, "report", "--ledger", "job.ledger", "--output",
        "\(output.path)/out",
      ], in: folder
    ).run()
    let found = try root(said)
    #expect(said.stderr.contains("the root was not kept in the ledger"), "\(said.stderr)")
    let check = try await run(["report", "check", "\(output.path)/out", "--root", found])
    #expect(check.status == 0, "\(check.stdout)")
  }

  @Test("a check that fails names the file and the row and exits with 1, and a proof stands alone")
  func checks() async throws {
    try await migrate()
    let found = try root(try await report(["--output", "out"]))
    let proof = try await run(["report", "prove", "out", "b c"])
    #expect(proof.status == 0, "\(proof.stderr)")
    try Data(proof.stdout.utf8).write(to: URL(fileURLWithPath: "\(path)/proof.json"))
    let alone = try await run(["report", "check", "proof.json", "--root", found])
    #expect(alone.status == 0 && alone.stdout.contains("b%20c,b%20c,3,3,completed"), "\(alone.stdout)")
    let other = try await run(["report", "check", "proof.json", "--root", String(repeating: "0", count: 64)])
    #expect(other.status == 1 && other.stdout.contains("does not lead"), "\(other.stdout)")
    let bySeal = try await run(["report", "check", "proof.json", "--seal", "out/SEAL.json"])
    #expect(bySeal.status == 0 && bySeal.stdout.contains("forger is not excluded"))
    let absent = try await run(["report", "prove", "out", "b d"])
    #expect(absent.status == 2 && absent.stderr.contains("no object with the key b d"), "\(absent.stderr)")
    let table = URL(fileURLWithPath: "\(path)/out/objects.csv")
    let text = String(decoding: try Data(contentsOf: table), as: UTF8.self)
    try Data(text.replacingOccurrences(of: "b%20c,3,3", with: "b%20c,3,4").utf8).write(to: table)
    let changed = try await run(["report", "check", "out", "--root", found])
    #expect(changed.status == 1)
    #expect(
      changed.stdout.hasPrefix(
        "objects.csv: row 3 (line 4), key b%20c, is not the row that was sealed\n"), "\(changed.stdout)")
    #expect(changed.stderr.contains("does not fit its seal"))
  }

  @Test(
    "wrong usage is named",
    arguments: [
      (["report", "check", "out", "--root", "12"], "is not a SHA-256"),
      (["report", "check", "nowhere"], "give --root or --seal"),
      (["report", "check", ".", "--seal", "x"], "--seal is for proofs"),
      (
        ["report", "check", "x.json", "--root", String(repeating: "0", count: 64), "--public-key", "k"],
        "--seal"
      ),
      (["report"], "--ledger"), (["keygen"], "file"),
    ])
  func usage(_ arguments: [String], _ words: String) async throws {
    let said = try await run(arguments)
    #expect(said.status == 64 && said.stderr.contains(words), "\(said.stderr)")
  }
}
