import DevStore
import StorageTesting
import Testing

@Suite("what a verification reads, by clients that others wrote")
struct VerificationTests {
  @Test("checksums, parts, encryption and tags are Amazon's", arguments: [false, true])
  func verification(isSumming: Bool) async throws {
    let running = try await RunningStore(.s3, defaultChecksum: isSumming)
    let finished = try await Subprocess.script(
      "s3_verification.py", [running.store.endpoint, isSumming ? "SUMMING" : "PLAIN"],
      environment: running.environment, in: running.folder
    ).run()
    #expect(finished.status == 0, "\(finished.stdout) \(finished.stderr)")
    #expect(finished.stdout == "ok\n")
    let calls = Set(running.store.journal().map(\.operation))
    #expect(calls.isSuperset(of: ["GetObjectAttributes", "GetObjectTagging", "PutObjectTagging"]))
    await running.store.stop()
  }

  @Test("tags and encryption are Alibaba Cloud's")
  func verificationOfOSS() async throws {
    let running = try await RunningStore(.oss)
    let finished = try await Subprocess.script(
      "oss_verification.py", [running.store.endpoint], environment: running.environment, in: running.folder
    ).run()
    #expect(finished.status == 0, "\(finished.stdout) \(finished.stderr)")
    #expect(finished.stdout == "ok\n")
    await running.store.stop()
  }
}
