import NIOCore
import Synchronization

/// The places for transfers that are on their way, objects and parts alike, given in the order in which was asked.
///
/// Who waits holds none, so that nobody waits for somebody who waits. Where there are fewer places than before, none
/// is taken away: the next are given when enough were given back.
final class TransferSlots: Sendable {
  /// Told true when there is a place, false when there will be none.
  typealias Admission = @Sendable (Bool) -> Void

  private struct State {
    var width: Int
    var taken = 0
    var isPaused = false
    var waiting: CircularBuffer<(number: UInt64, admit: Admission)> = []
    var number: UInt64 = 0

    /// Takes places for those who wait, as far as there are any.
    mutating func admitted() -> [Admission] {
      var admitted: [Admission] = []
      while !isPaused, taken < width, let first = waiting.popFirst() {
        taken += 1
        admitted.append(first.admit)
      }
      return admitted
    }
  }

  private let state: Mutex<State>

  init(_ width: Int) {
    state = Mutex(State(width: max(1, width)))
  }

  var width: Int { state.withLock { $0.width } }
  var taken: Int { state.withLock { $0.taken } }
  var waitingCount: Int { state.withLock { $0.waiting.count } }

  /// Whether nearly all places are taken: some are always between two transfers.
  var isFull: Bool { state.withLock { $0.taken * 10 >= $0.width * 8 } }

  /// Waits for a place; throws where the task is cancelled, and then holds none.
  func take() async throws(CancellationError) {
    let number = state.withLock { state in
      state.number += 1
      return state.number
    }
    let isAdmitted = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if let answer = ask(number, isCancelled: { Task.isCancelled }, { continuation.resume(returning: $0) })
        {
          continuation.resume(returning: answer)
        }
      }
    } onCancel: {
      leave(number)
    }
    guard isAdmitted else { throw CancellationError() }
  }

  /// Takes a place where there is one; else `admit` is told true once there is, and has to give it back.
  func take(orLater admit: @escaping Admission) -> Bool {
    ask(0, isCancelled: { false }, admit) ?? false
  }

  /// Whether a place that was used may be used once more: nobody waits for it, and there are not fewer than before.
  func keep() -> Bool { state.withLock { !$0.isPaused && $0.waiting.isEmpty && $0.taken <= $0.width } }

  /// Gives a place back.
  func give() { change { $0.taken -= 1 } }

  func set(width: Int) { change { $0.width = max(1, width) } }

  /// While it is paused nobody gets a place; those that are taken stay taken.
  func set(paused: Bool) { change { $0.isPaused = paused } }

  /// The answer where it is known at once.
  private func ask(
    _ number: UInt64, isCancelled: () -> Bool, _ admit: @escaping Admission
  ) -> Bool? {
    state.withLock { state in
      // A task that is cancelled later finds itself among those who wait.
      if isCancelled() { return false }
      if !state.isPaused, state.waiting.isEmpty, state.taken < state.width {
        state.taken += 1
        return true
      }
      state.waiting.append((number, admit))
      return nil
    }
  }

  private func leave(_ number: UInt64) {
    let left = state.withLock { state in
      state.waiting.firstIndex { $0.number == number }.map { state.waiting.remove(at: $0).admit }
    }
    left?(false)
  }

  private func change(_ change: (inout sending State) -> Void) {
    let admitted = state.withLock { state in
      change(&state)
      return state.admitted()
    }
    for admit in admitted { admit(true) }
  }
}
