import Glibc
import Synchronization

/// Bytes to a file in pieces of 64 KiB.
final class FileStream: Sendable {
  private struct State {
    var descriptor: Int32
    var buffer: [UInt8] = []
  }

  private let state: Mutex<State>
  private static let pieceBytes = 64 << 10

  /// Makes the file anew; nil, with `errno` set, where that is refused.
  init?(_ path: String) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode_t(0o644))
    guard descriptor >= 0 else { return nil }
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { state.withLock { if $0.descriptor >= 0 { Glibc.close($0.descriptor) } } }

  /// False, with `errno` set, where the system refuses.
  func write(_ text: String) -> Bool {
    state.withLock { state in
      state.buffer.append(contentsOf: text.utf8)
      return state.buffer.count < Self.pieceBytes || Self.flush(&state)
    }
  }

  /// Puts everything on the disk; false, with `errno` set, where the system refuses.
  func close() -> Bool {
    state.withLock { state in
      guard state.descriptor >= 0 else { return true }
      let isWritten = Self.flush(&state) && fsync(state.descriptor) == 0
      let cause = errno
      let isClosed = Glibc.close(state.descriptor) == 0
      state.descriptor = -1
      if !isWritten { errno = cause }
      return isWritten && isClosed
    }
  }

  private static func flush(_ state: inout State) -> Bool {
    var rest = state.buffer[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(state.descriptor, $0.baseAddress, $0.count) }
      if count > 0 { rest = rest.dropFirst(count) } else if errno != EINTR { return false }
    }
    state.buffer.removeAll(keepingCapacity: true)
    return true
  }
}
