import DevStore
import Glibc
import StorageTesting
import Synchronization

/// Sends a signal to a program at the k-th moment of the requests that it makes to either store.
///
/// Every request has two: it came and nothing is done, and all is done and no byte of the answer sent.
final class Interruption: Sendable {
  private struct State {
    var moments = 0
    var sent = 0
    var process: Subprocess?
  }

  private let signals: [Int32]
  private let moment: Int
  private let state = Mutex(State())

  /// `moment` counts from 1; signals after the first come at the moments behind it.
  init(_ signals: [Int32], at moment: Int) {
    self.signals = signals
    self.moment = moment
  }

  /// What the stores have to tell it.
  var witness: Witness { Witness { _, _ in self.see() } }

  /// Whether the first signal was sent.
  var hasStruck: Bool { state.withLock { $0.sent > 0 } }

  /// The program that the signals are for; nil for none.
  func aim(at process: Subprocess?) {
    state.withLock { $0.process = process }
  }

  private func see() {
    state.withLock { state in
      guard let process = state.process else { return }
      state.moments += 1
      guard state.moments >= moment, state.sent < signals.count else { return }
      process.send(signals[state.sent])
      state.sent += 1
    }
  }
}
