import Glibc
import Synchronization

/// Results by the million: collected, and written to stdout in large pieces.
final class ResultStream: Sendable {
  private struct State {
    var bytes: [UInt8] = []
    var isOpen = true
  }

  private let state = Mutex(State())
  private let descriptor: Int32
  private static let piece = 64 << 10

  init(descriptor: Int32 = STDOUT_FILENO) {
    self.descriptor = descriptor
  }

  /// Adds text; false where the reader went away, and nothing that comes later is read.
  func write(_ text: String) -> Bool {
    state.withLock { state in
      state.bytes.append(contentsOf: text.utf8)
      if state.bytes.count >= Self.piece { drain(&state) }
      return state.isOpen
    }
  }

  /// Writes what is left.
  func flush() { state.withLock { drain(&$0) } }

  private func drain(_ state: inout State) {
    if state.isOpen { state.isOpen = StandardOutput.write(state.bytes[...], to: descriptor) }
    state.bytes.removeAll(keepingCapacity: true)
  }
}
