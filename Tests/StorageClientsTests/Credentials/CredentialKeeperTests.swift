import ObjectStorage
import StorageWire
import Synchronization
import Testing

@testable import StorageClients

/// A provider that gives what a test tells it, and counts how often it is asked.
final class ScriptedProvider: CredentialProvider {
  let origin = "the script"
  let remedy = "write another one"
  private let answers: Mutex<[Result<IssuedCredentials, StorageError>]>
  private let asked = Mutex(0)

  /// The last answer is given again and again.
  init(_ answers: [Result<IssuedCredentials, StorageError>]) {
    self.answers = Mutex(answers)
  }

  var count: Int { asked.withLock { $0 } }

  func issue() async throws(StorageError) -> IssuedCredentials {
    asked.withLock { $0 += 1 }
    // Every worker that is on its way may come before the answer does.
    for _ in 0..<100 { await Task.yield() }
    let answer = answers.withLock { answers in
      answers.count > 1 ? answers.removeFirst() : answers[0]
    }
    return try answer.get()
  }
}

/// A clock that a test sets.
final class SetClock: Sendable {
  private let milliseconds: Mutex<Int64>

  init(_ start: Timestamp = Clients.now) { milliseconds = Mutex(start.millisecondsSinceEpoch) }

  func advance(seconds: Int64) { milliseconds.withLock { $0 += seconds * 1000 } }

  var now: Timestamp { Timestamp(millisecondsSinceEpoch: milliseconds.withLock { $0 }) }

  func runClock(random: Double = 0) -> RunClock {
    RunClock(now: { self.now }, sleep: { _ in }, random: { random })
  }
}

@Suite(.timeLimit(.minutes(5))) struct CredentialKeeperTests {
  static func keys(_ id: String) -> Credentials {
    Credentials(accessKeyID: id, secretAccessKey: "markersecret", sessionToken: "markertoken")
  }

  static func issued(_ id: String, for seconds: Int64?, from clock: SetClock) -> IssuedCredentials {
    IssuedCredentials(
      keys(id), expiresAt: seconds.map { clock.now.advanced(byMilliseconds: $0 * 1000) })
  }

  static let refusal = StorageError(
    .credentialsExpired, "expired", httpStatus: 400, vendorCode: "ExpiredToken")

  @Test("sixteen workers that were refused ask the provider once, and go on with what it gives")
  func singleFlight() async throws {
    let clock = SetClock()
    let provider = ScriptedProvider([
      .success(Self.issued("one", for: nil, from: clock)),
      .success(Self.issued("two", for: nil, from: clock)),
    ])
    let keeper = CredentialKeeper(provider, clock: clock.runClock())
    let first = try await keeper.current()
    let renewed = try await withThrowingTaskGroup(of: Credentials.self) { group in
      for _ in 1...16 { group.addTask { try await keeper.renewed(after: first, Self.refusal) } }
      return try await group.reduce(into: Set()) { $0.insert($1.accessKeyID) }
    }
    #expect(renewed == ["two"])
    #expect(provider.count == 2)
    // A refusal that arrives late is about keys that are gone already.
    #expect(try await keeper.renewed(after: first, Self.refusal).accessKeyID == "two")
    #expect(provider.count == 2)
  }

  @Test("sixteen workers that start together ask the provider once")
  func start() async throws {
    let clock = SetClock()
    let provider = ScriptedProvider([.success(Self.issued("one", for: 3600, from: clock))])
    let keeper = CredentialKeeper(provider, clock: clock.runClock())
    try await withThrowingTaskGroup(of: Credentials.self) { group in
      for _ in 1...16 { group.addTask { try await keeper.current() } }
      for try await keys in group { #expect(keys.accessKeyID == "one") }
    }
    #expect(provider.count == 1)
  }

  @Test(
    "credentials are renewed before they end",
    arguments: [
      // Seconds of life, seconds passed, the clock's chance, times that the provider was asked.
      (3600, 3299, 0.0, 1), (3600, 3300, 0.0, 2), (3600, 3239, 1.0, 1), (3600, 3240, 1.0, 2),
      // A short life is not spent on renewals.
      (60, 44, 0.0, 1), (60, 45, 0.0, 2),
    ])
  func renewal(life: Int64, passed: Int64, random: Double, count: Int) async throws {
    let clock = SetClock()
    let provider = ScriptedProvider([
      .success(Self.issued("one", for: life, from: clock)),
      .success(Self.issued("two", for: 100_000, from: clock)),
    ])
    let keeper = CredentialKeeper(provider, clock: clock.runClock(random: random))
    _ = try await keeper.current()
    clock.advance(seconds: passed)
    #expect(try await keeper.current().accessKeyID == (count == 1 ? "one" : "two"))
    #expect(provider.count == count)
  }

  @Test("credentials that are still valid are used on where their renewal fails, and not after their end")
  func failedRenewal() async throws {
    let clock = SetClock()
    let provider = ScriptedProvider([
      .success(Self.issued("one", for: 3600, from: clock)), .failure(StorageError(.accessDenied, "not you")),
    ])
    let keeper = CredentialKeeper(provider, clock: clock.runClock())
    _ = try await keeper.current()
    clock.advance(seconds: 3400)
    #expect(try await keeper.current().accessKeyID == "one")
    #expect(try await keeper.current().accessKeyID == "one")
    #expect(provider.count == 2)
    clock.advance(seconds: 201)
    let error = await Clients.error { _ = try await keeper.current() }
    // No object is at fault, so none gets the error.
    #expect(error?.disposition == .abort)
    #expect(error?.message == "no credentials from the script: not you")
  }

  @Test("where the provider has nothing better the error says what ended, when, and what to do")
  func nothingBetter() async throws {
    let clock = SetClock()
    let provider = ScriptedProvider([.success(Self.issued("LONGKEY1", for: nil, from: clock))])
    let keeper = CredentialKeeper(provider, clock: clock.runClock())
    let keys = try await keeper.current()
    let error = await Clients.error { _ = try await keeper.renewed(after: keys, Self.refusal) }
    #expect(error?.code == .credentialsExpired)
    #expect(error?.disposition == .abort)
    #expect(error?.vendorCode == "ExpiredToken")
    #expect(
      error?.message
        == "the credentials from the script (key …KEY1) were refused as expired at 2024-01-02T03:04:05.000Z, and there are no newer ones: write another one, then run again"
    )
    #expect(error.map { "\($0)" }?.contains("marker") == false)
  }

  @Test("credentials that have ended before they are given out are not used")
  func endedBefore() async throws {
    let clock = SetClock()
    let provider = ScriptedProvider([.success(Self.issued("one", for: -1, from: clock))])
    let keeper = CredentialKeeper(provider, clock: clock.runClock())
    let error = await Clients.error { _ = try await keeper.current() }
    #expect(error?.code == .credentialsExpired)
    #expect(error?.message.contains("ended at 2024-01-02T03:04:04.000Z") == true)
  }

  @Test("a provider that cannot be reached is asked again before the run ends")
  func unreachable() async throws {
    let clock = SetClock()
    let lost = Result<IssuedCredentials, StorageError>.failure(StorageError(.unreachable, "no route"))
    let provider = ScriptedProvider([lost, lost, .success(Self.issued("one", for: nil, from: clock))])
    #expect(
      try await CredentialKeeper(provider, clock: clock.runClock()).current().accessKeyID == "one")
    #expect(provider.count == 3)
    let gone = CredentialKeeper(ScriptedProvider([lost]), clock: clock.runClock())
    let error = await Clients.error { _ = try await gone.current() }
    #expect(error?.disposition == .abort)
  }
}
