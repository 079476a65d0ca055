import Synchronization

/// What a server was asked, in the order of its answers.
final class Journal: Sendable {
  private struct Waiting {
    var operation: String
    var count: Int
    var resume: CheckedContinuation<Void, Never>
  }

  private struct State {
    var entries: [JournalEntry] = []
    var counts: [String: Int] = [:]
    var waiting: [Waiting] = []
  }

  private let state = Mutex(State())

  func add(_ entry: JournalEntry) {
    let reached = state.withLock { state in
      var entry = entry
      entry.ordinal = state.entries.count + 1
      state.entries.append(entry)
      state.counts[entry.operation, default: 0] += 1
      let reached = state.waiting.filter { $0.count <= state.counts[$0.operation] ?? 0 }
      state.waiting.removeAll { $0.count <= state.counts[$0.operation] ?? 0 }
      return reached
    }
    for waiting in reached { waiting.resume.resume() }
  }

  /// Returns when an operation was answered so many times.
  func wait(for operation: String, count: Int) async {
    await withCheckedContinuation { continuation in
      let isReached = state.withLock { state in
        guard state.counts[operation] ?? 0 < count else { return true }
        state.waiting.append(Waiting(operation: operation, count: count, resume: continuation))
        return false
      }
      if isReached { continuation.resume() }
    }
  }

  var all: [JournalEntry] { state.withLock { $0.entries } }
}
