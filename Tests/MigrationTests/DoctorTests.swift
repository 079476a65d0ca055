import AuditLedger
import Migration
import NIOPosix
import ObjectStorage
import StorageTesting
import Synchronization
import Testing

@Suite("the doctor and rights that are limited")
struct DoctorTests {
  private func findings(prefix: String) async -> [Finding] {
    let source = HookedStore(MemoryStore(.olderS3), bucket: "from")
    source.inner.set(ObjectKey("p/a"), Array("bytes".utf8))
    // Keys that are not there are answered as S3 answers who may not list without a condition.
    source.meet { call, number, moment in
      call == .head && number == 1 && moment == .before ? StorageError(.accessDenied, "denied") : nil
    }
    let found = Mutex<[Finding]>([])
    let clock = RunClock(
      now: { Timestamp(millisecondsSinceEpoch: 1_700_000_000_000) },
      sleep: { _ in try Task.checkCancellation() }, random: { 0.5 })
    await Doctor(
      source: RunSide(store: source, prefix: ObjectKey(prefix)),
      destination: RunSide(store: HookedStore(MemoryStore(.oss), bucket: "to"), prefix: ObjectKey("")),
      retrying: Retrying(
        policy: RetryPolicy(maximumTries: 1), budget: RequestBudget(retries: 0), clock: clock),
      eventLoop: MultiThreadedEventLoopGroup.singleton.next()
    ) { finding in found.withLock { $0.append(finding) } }.examine()
    return found.withLock { $0.filter { $0.side == .source && $0.check == "absent key" } }
  }

  @Test(
    "a missing key that is answered as forbidden is a note below a prefix, whose policy makes it so, and bad otherwise",
    arguments: [("p/", Finding.Health.notice, "limited to a prefix"), ("", .bad, "give the right to list")])
  func absentKey(prefix: String, health: Finding.Health, says: String) async {
    let found = await findings(prefix: prefix)
    #expect(found.map(\.health) == [health])
    #expect(found.first?.text.contains(says) == true)
  }
}
