import DevStore
import Foundation
import StorageTesting
import Testing

/// `tranship verify` on sources whose own digests say nothing, on metadata, and when it is stopped.
@Suite("verification of sources that publish no digest", .serialized)
struct VerifyEvidenceTests {
  private func sides(_ harbour: Harbour) -> [String] {
    [
      "verify", "s3://from", "oss://into", "--source-endpoint", harbour.s3.endpoint, "--destination-endpoint",
      harbour.oss.endpoint, "--destination-region", "cn-hangzhou",
    ]
  }

  private func run(_ harbour: Harbour, _ arguments: [String]) async throws -> Finished {
    try await Tranship.command(
      sides(harbour) + arguments, environment: harbour.environment, in: harbour.folder
    ).run()
  }

  private func script(_ name: String, _ harbour: Harbour) async throws -> Finished {
    let done = try await Subprocess.script(
      name, [harbour.s3.endpoint, "from", harbour.oss.endpoint, "into", harbour.folder.path],
      environment: harbour.environment, in: harbour.folder
    ).run()
    try #require(done.status == 0, "\(done.stderr)")
    return done
  }

  @Test("under SSE-KMS only bytes or somebody else's digests prove, and --read none proves nothing")
  func encrypted() async throws {
    let harbour = try await Harbour()
    _ = try await script("twins.py", harbour)
    for reading in [["--read", "none"], ["--read", "destination"]] {
      let said = try await run(harbour, reading)
      #expect(said.status == 1)
      #expect(
        said.stdout.contains("verified 3 (") && said.stdout.contains("unverifiable 4"), "\(said.stdout)")
      #expect(said.stderr.contains("unverifiable: kms/parts: encrypted-etag"), "\(said.stderr)")
      // Without the customer's key the store refuses even HEAD.
      #expect(said.stdout.contains("failed 1") && said.stderr.contains("failed: own/key: "), "\(said.stderr)")
    }
    let both = try await run(harbour, ["--read", "both"])
    #expect(both.status == 1)
    #expect(both.stdout.contains("verified 5 (") && both.stdout.contains("mismatched 2"), "\(both.stdout)")
    #expect(
      both.stderr.contains("mismatched: kms/other:") && both.stderr.contains("mismatched: kms/other parts:"))
    #expect(!harbour.s3.journal().contains { $0.operation == "PutObject" && $0.ordinal > harbour.firstRead })

    let ledger = "\(harbour.folder.path)/kms.ledger"
    _ = try await run(harbour, ["--ledger", ledger])
    let imported = try await Tranship.command(
      ["import-evidence", "--ledger", ledger, "--side", "source", "\(harbour.folder.path)/SHA256SUMS"],
      in: harbour.folder
    ).run()
    #expect(imported.status == 0, "\(imported.stdout) \(imported.stderr)")
    let refused = try await run(harbour, ["--ledger", ledger, "--read", "destination"])
    #expect(refused.stdout.contains("unverifiable 4"), "\(refused.stdout)")
    let accepted = try await run(
      harbour, ["--ledger", ledger, "--read", "destination", "--accept-imported"])
    #expect(accepted.status == 1)
    #expect(
      accepted.stdout.contains("verified 5 (") && accepted.stdout.contains("mismatched 2"),
      "\(accepted.stdout) \(accepted.stderr)")
    let notes = try await Subprocess(
      "/usr/bin/sqlite3", ["-readonly", ledger, "SELECT notes FROM objects WHERE key_text = 'kms/parts'"],
      in: harbour.folder
    ).run()
    #expect(notes.stdout.contains("sha256 imported from") && notes.stdout.contains("SHA256SUMS, line"))
    // What they proved does not stand where they do not count.
    let later = try await run(harbour, ["--ledger", ledger, "--read", "destination"])
    #expect(later.status == 1)
    #expect(
      later.stdout.contains("verified 3 (") && later.stdout.contains("unverifiable 4"), "\(later.stdout)")
    await harbour.stop()
  }

  @Test("metadata and tags that differ are named beside verdicts that stay good")
  func metadata() async throws {
    let harbour = try await Harbour()
    _ = try await script("labels.py", harbour)
    let said = try await run(harbour, ["--json", "--metadata", "--tags"])
    #expect(said.status == 0, "\(said.stdout) \(said.stderr)")
    let events = try said.stdout.split(separator: "\n").map {
      try JSONDecoder().decode([String: String].self, from: Data($0.utf8))
    }
    let objects = events.filter { $0["event"] == "object" }
    #expect(objects.map { $0["list"] } == ["completed", "completed"])
    #expect(objects.first { $0["key"] == "same" }?["metadata"] == "equal")
    let other = try #require(objects.first { $0["key"] == "other" }?["metadata"])
    for words in [
      "Content-Type: \"text/plain\" at the source, \"text/html\" at the destination",
      "metadata owner: \"ann\"",
      "tag stage: \"raw\" at the source, absent at the destination",
    ] {
      #expect(other.contains(words), "\(other)")
    }
    await harbour.stop()
  }

  @Test(
    "a verification that is interrupted exits with 130, and the next one finishes it; a held ledger is 75")
  func interrupted() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 300)
    let moved = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(moved.status == 0, "\(moved.stderr)")
    let ledger = "\(harbour.folder.path)/check.ledger"
    let arguments = ["--require", "read-back", "--concurrency", "2", "--ledger", ledger]
    let first = Tranship.command(
      sides(harbour) + arguments, environment: harbour.environment, in: harbour.folder)
    try first.start()
    await harbour.oss.wait(for: "GetObject", count: 50)
    first.send(SIGINT)
    let ended = try await first.finish()
    #expect(ended.status == 130, "\(ended.stderr)")
    let reads = harbour.oss.journal().filter { $0.operation == "GetObject" }.count
    let held = try await Subprocess(
      "/usr/bin/flock", ["\(ledger).lock", Tranship.path] + sides(harbour) + arguments,
      environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(held.status == 75, "\(held.stderr)")
    let second = try await run(harbour, arguments)
    #expect(second.status == 0, "\(second.stderr)")
    #expect(
      second.stdout.contains("verified \(written.count) (read-back \(written.count))"), "\(second.stdout)")
    let all = harbour.oss.journal().filter { $0.operation == "GetObject" }.count
    // What was judged before the signal is not read again; multipart objects are read in several ranges.
    #expect(all - reads < written.count)
    // And it is counted once, by whichever run read it.
    #expect(second.stdout.contains("\n\(written.count) objects read, "), "\(second.stdout)")
    let counted = try await Subprocess(
      "/usr/bin/sqlite3",
      [
        "-readonly", ledger,
        """
        SELECT count(*), sum(kept), sum(objects_read) = (SELECT count(*) FROM objects),
          sum(bytes_read) = (SELECT sum(size) FROM objects), sum(sampled) FROM audits
        """,
      ], in: harbour.folder
    ).run()
    #expect(counted.stdout == "1|0|1|1|0\n", "\(counted.stdout) \(counted.stderr)")
    // Console and report say the same of a sample.
    let sample = try await run(harbour, ["--sample", "20%", "--ledger", ledger])
    #expect(sample.status == 0, "\(sample.stderr)")
    let sentence = sample.stdout.split(separator: "\n").first { $0.hasPrefix("Of a random sample of 20%, ") }
    let path = sample.stdout.split(separator: "\n").first { $0.hasPrefix("report: ") }?.dropFirst(8)
    let page = try String(contentsOfFile: String(try #require(path)), encoding: .utf8)
    #expect(page.contains(String(try #require(sentence, "\(sample.stdout)"))))
    await harbour.stop()
  }
}
