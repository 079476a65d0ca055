import Synchronization

/// A bound on the bytes that are in memory at one time, shared by all transfers.
///
/// Waiters are served in the order in which they came, so a large one is not starved by small ones.
public final class ByteBudget: Sendable {
  private struct State {
    var free: Int64
    var waiting: [(bytes: Int64, resume: CheckedContinuation<Void, Never>)] = []
  }

  private let capacity: Int64
  private let state: Mutex<State>

  public init(bytes: Int64) {
    capacity = max(1, bytes)
    state = Mutex(State(free: capacity))
  }

  /// Runs an action while it holds that many bytes; more than the whole budget counts as the whole.
  public func holding<Value: Sendable, Failure: Error>(
    _ bytes: Int64, _ action: () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let bytes = min(max(0, bytes), capacity)
    await take(bytes)
    defer { give(bytes) }
    return try await action()
  }

  private func take(_ bytes: Int64) async {
    await withCheckedContinuation { continuation in
      let served = state.withLock { state in
        guard state.waiting.isEmpty, state.free >= bytes else {
          state.waiting.append((bytes, continuation))
          return false
        }
        state.free -= bytes
        return true
      }
      if served { continuation.resume() }
    }
  }

  private func give(_ bytes: Int64) {
    let served = state.withLock { state in
      state.free += bytes
      var served: [CheckedContinuation<Void, Never>] = []
      while let first = state.waiting.first, state.free >= first.bytes {
        state.free -= first.bytes
        served.append(first.resume)
        state.waiting.removeFirst()
      }
      return served
    }
    for continuation in served { continuation.resume() }
  }
}
