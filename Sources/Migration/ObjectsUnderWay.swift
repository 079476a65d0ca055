import Synchronization

/// Counts the objects that are on their way and those that wait to be begun, for whoever begins them.
final class ObjectsUnderWay: Sendable {
  private enum Wish {
    /// Fewer than so many on their way.
    case below(Int)
    /// At most so many waiting to be begun.
    case queued(Int)
  }

  private struct State {
    var count = 0
    var queued = 0
    var isClosed = false
    var firstStop: RunStop?
    /// Who waits; one at a time.
    var waiting: (wish: Wish, continuation: CheckedContinuation<Void, Never>)?
    /// Who was refused, to be told when there is room.
    var refused: [@Sendable () -> Void] = []

    mutating func released() -> CheckedContinuation<Void, Never>? {
      let isFulfilled =
        switch waiting?.wish {
        case .below(let limit): count < limit
        case .queued(let limit): queued <= limit
        case nil: false
        }
      guard isFulfilled || firstStop != nil else { return nil }
      return waiting.take()?.continuation
    }
  }

  private let state = Mutex(State())

  /// What the first to end badly ended with.
  var firstStop: RunStop? { state.withLock { $0.firstStop } }

  /// Whether nothing is on its way any more, and nothing will be.
  var isOver: Bool { state.withLock { $0.isClosed && $0.count == 0 && $0.queued == 0 } }

  /// No more are queued, nor enter that were not.
  func close() { state.withLock { $0.isClosed = true } }

  func enter() { state.withLock { $0.count += 1 } }

  /// Enters where fewer than so many are on their way; else `wake` is called once an object has left.
  func enter(below limit: Int, orLater wake: @escaping @Sendable () -> Void) -> Bool {
    state.withLock { state in
      guard state.count < limit else {
        state.refused.append(wake)
        return false
      }
      state.count += 1
      return true
    }
  }

  func leave() {
    change {
      $0.count -= 1
      return $0.refused.isEmpty ? [] : exchange(&$0.refused, with: [])
    }
  }

  func queue(_ change: Int) {
    self.change {
      $0.queued += change
      return []
    }
  }

  func fail(_ stop: RunStop) {
    change {
      $0.firstStop = $0.firstStop ?? stop
      return []
    }
  }

  /// Returns once fewer than so many are on their way, or one has failed; for one caller at a time.
  func wait(below limit: Int) async { await wait(.below(limit)) }

  /// Returns once at most so many wait to be begun, or one has failed; for one caller at a time.
  func wait(queued limit: Int) async { await wait(.queued(limit)) }

  private func wait(_ wish: Wish) async {
    await withCheckedContinuation { continuation in
      let released = state.withLock { state in
        state.waiting = (wish, continuation)
        return state.released()
      }
      released?.resume()
    }
  }

  private func change(_ body: (inout State) -> [@Sendable () -> Void]) {
    let (released, refused) = state.withLock { state in
      let refused = body(&state)
      return (state.released(), refused)
    }
    released?.resume()
    for wake in refused { wake() }
  }
}

private func exchange<Value>(_ value: inout Value, with new: Value) -> Value {
  let old = value
  value = new
  return old
}
