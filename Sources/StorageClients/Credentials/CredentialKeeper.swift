public import ObjectStorage
public import StorageWire
import Synchronization

/// The credentials of one side of a run: asked for once for all workers, and renewed before they end.
///
/// While a renewal is under way every caller waits for it. A store's refusal renews them once, however many workers
/// were refused; where the provider has nothing better the error ends the run, which keeps its state.
public final class CredentialKeeper: Sendable {
  /// How long before their end credentials are renewed: signatures under way still hold.
  static let margin: Int64 = 5 * 60 * 1000
  /// Runs that started together do not renew together.
  static let jitter: Int64 = 60 * 1000
  /// How long valid credentials are used on after their renewal failed.
  static let patience: Int64 = 30 * 1000

  private struct Held {
    var issued: IssuedCredentials
    var renewAt: Timestamp?
  }

  private typealias Renewal = Task<Result<IssuedCredentials, StorageError>, Never>

  private struct State {
    var held: Held?
    var renewal: Renewal?
  }

  let provider: any CredentialProvider
  private let retrying: Retrying
  private let state = Mutex(State())

  /// The clock's `now` decides what has ended; its `sleep` spaces the tries to reach a provider.
  public init(_ provider: any CredentialProvider, clock: RunClock) {
    self.provider = provider
    retrying = Retrying(
      policy: RetryPolicy(maximumTries: 5), budget: RequestBudget(retries: 1000), clock: clock)
  }

  /// Keys that never change.
  public convenience init(fixed credentials: Credentials, now: @escaping @Sendable () -> Timestamp) {
    let clock = RunClock(now: now, sleep: { _ in }, random: { 0 })
    self.init(FixedCredentials(credentials), clock: clock)
  }

  /// Credentials to sign with now.
  ///
  /// Throws an error that ends the run where there are none.
  public func current() async throws(StorageError) -> Credentials {
    let now = retrying.clock.now()
    let (valid, renewal) = state.withLock { state -> (Credentials?, Renewal?) in
      if let renewal = state.renewal { return (nil, renewal) }
      if let held = state.held, held.renewAt.map({ now < $0 }) ?? true {
        return (held.issued.credentials, nil)
      }
      return (nil, begin(&state, refused: nil))
    }
    if let valid { return valid }
    guard let renewal else { throw absent }
    return try await renewal.value.get().credentials
  }

  /// Credentials to sign with now, where nobody has to be waited for.
  var atHand: Credentials? {
    let now = retrying.clock.now()
    return state.withLock { state in
      guard state.renewal == nil, let held = state.held, held.renewAt.map({ now < $0 }) ?? true else {
        return nil
      }
      return held.issued.credentials
    }
  }

  /// Other credentials than those that a store refused.
  ///
  /// Throws an error that ends the run where the provider gives the same ones again, or none.
  func renewed(after refused: Credentials, _ refusal: StorageError) async throws(StorageError) -> Credentials
  {
    let (valid, renewal) = state.withLock { state -> (Credentials?, Renewal?) in
      if let renewal = state.renewal { return (nil, renewal) }
      // Another worker was refused before this one, and the renewal is done already.
      if let held = state.held, held.issued.credentials != refused { return (held.issued.credentials, nil) }
      return (nil, begin(&state, refused: refusal))
    }
    if let valid { return valid }
    guard let renewal else { throw absent }
    let issued = try await renewal.value.get()
    guard issued.credentials != refused else { throw spent(issued, refusal) }
    return issued.credentials
  }

  private func begin(_ state: inout State, refused refusal: StorageError?) -> Renewal {
    let held = state.held
    let renewal = Renewal { await self.renew(held, refusal) }
    state.renewal = renewal
    return renewal
  }

  private func renew(_ held: Held?, _ refusal: StorageError?) async -> Result<IssuedCredentials, StorageError>
  {
    var result: Result<IssuedCredentials, StorageError>
    do throws(StorageError) {
      let issued = try await retrying.run { _ async throws(StorageError) in try await provider.issue() }
      result = verdict(on: issued, held, refusal)
    } catch {
      result = .failure(unobtainable(error))
    }
    let now = retrying.clock.now()
    var renewAt: Timestamp?
    if case .failure = result, refusal == nil, let held, held.issued.expiresAt.map({ now < $0 }) ?? false {
      // What is valid is used on: the place may answer before it ends.
      result = .success(held.issued)
      renewAt = now.advanced(byMilliseconds: Self.patience)
    } else if case .success(let issued) = result {
      renewAt = renewalTime(of: issued, now)
    }
    state.withLock { state in
      if case .success(let issued) = result { state.held = Held(issued: issued, renewAt: renewAt) }
      state.renewal = nil
    }
    return result
  }

  private func verdict(
    on issued: IssuedCredentials, _ held: Held?, _ refusal: StorageError?
  ) -> Result<IssuedCredentials, StorageError> {
    if let refusal, issued.credentials == held?.issued.credentials { return .failure(spent(issued, refusal)) }
    guard issued.expiresAt.map({ retrying.clock.now() < $0 }) ?? true else {
      return .failure(spent(issued, nil))
    }
    return .success(issued)
  }

  /// Short-lived credentials are not renewed all the time: a quarter of their life is margin enough.
  private func renewalTime(of issued: IssuedCredentials, _ now: Timestamp) -> Timestamp? {
    guard let end = issued.expiresAt else { return nil }
    let left = max(0, end.millisecondsSinceEpoch - now.millisecondsSinceEpoch)
    let random = min(max(retrying.clock.random(), 0), 1)
    let margin = min(Self.margin + Int64(Double(Self.jitter) * random), left / 4)
    return end.advanced(byMilliseconds: -margin)
  }
}

extension CredentialKeeper {
  private var absent: StorageError {
    StorageError(.credentialsRejected, "\(provider.origin) gave no credentials; \(provider.remedy)")
  }

  /// The end of the credentials in words: what, when, and what to do.
  private func spent(_ issued: IssuedCredentials, _ refusal: StorageError?) -> StorageError {
    let now = retrying.clock.now()
    var error = refusal ?? StorageError(.credentialsExpired, "")
    error.key = nil
    let keys = "the credentials from \(provider.origin) (\(issued.credentials))"
    let next = "there are no newer ones: \(provider.remedy), then run again"
    if let refusal, refusal.code == .credentialsRejected {
      error.message = "\(refusal.message); \(keys) were refused at \(now.iso8601), and \(next)"
    } else if let end = issued.expiresAt, end <= now {
      error.message = "\(keys) ended at \(end.iso8601), and \(next)"
    } else {
      error.message = "\(keys) were refused as expired at \(now.iso8601), and \(next)"
    }
    return error
  }

  /// Whatever keeps a provider from answering ends the run: no object is at fault.
  private func unobtainable(_ cause: StorageError) -> StorageError {
    var error = cause
    if cause.disposition != .abort || cause.code == .noSuchBucket { error.code = .credentialsRejected }
    if cause.code != .cancelled {
      error.message = "no credentials from \(provider.origin): \(cause.message)"
    }
    return error
  }
}
