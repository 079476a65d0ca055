import Synchronization

/// An access to a ledger that was begun; whoever wants what it gives waits for it, at most one.
final class LedgerAccess<Value: Sendable>: Sendable {
  private typealias Outcome = Result<Value, LedgerError>

  private enum State {
    case going
    case awaited(CheckedContinuation<Outcome, Never>)
    case ended(Outcome)
  }

  private let state = Mutex(State.going)

  var value: Value {
    get async throws(LedgerError) {
      let outcome: Outcome = await withCheckedContinuation { continuation in
        let ended = state.withLock { state -> Outcome? in
          if case .ended(let outcome) = state { return outcome }
          state = .awaited(continuation)
          return nil
        }
        if let ended { continuation.resume(returning: ended) }
      }
      return try outcome.get()
    }
  }

  func end(_ outcome: Result<Value, LedgerError>) {
    let waiting = state.withLock { state -> CheckedContinuation<Outcome, Never>? in
      defer { state = .ended(outcome) }
      if case .awaited(let continuation) = state { return continuation }
      return nil
    }
    waiting?.resume(returning: outcome)
  }
}
