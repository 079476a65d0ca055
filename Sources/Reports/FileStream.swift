import Checksums
import Glibc
import ObjectStorage
import Synchronization

/// What a file holds, as it was written.
struct FileContent: Hashable, Sendable {
  var size: Int64
  var sha256: Checksum
}

/// Bytes to a file in pieces of 64 KiB, counted and hashed on their way.
final class FileStream: Sendable {
  private struct State: ~Copyable {
    var descriptor: Int32
    var buffer = TextWriter(capacity: FileStream.pieceBytes + (16 << 10))
    var size: Int64 = 0
    var hasher: StreamingHasher? = StreamingHasher(.sha256)
    var content: FileContent?

    init(descriptor: Int32) { self.descriptor = descriptor }
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
  func write(_ text: String) -> Bool { append { $0.add(text) } != nil }

  /// False, with `errno` set, where the system refuses.
  func write(_ bytes: [UInt8]) -> Bool { append { $0.add(bytes) } != nil }

  /// Lets somebody write behind what is there; nil, with `errno` set, where the system refuses.
  func append<Result: Sendable>(_ fill: @Sendable (inout TextWriter) -> Result) -> Result? {
    state.withLock { state in
      let result = fill(&state.buffer)
      return state.buffer.count < Self.pieceBytes || Self.flush(&state) ? result : nil
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
      guard isWritten && isClosed, let sha256 = state.hasher.take()?.finish() else { return false }
      state.content = FileContent(size: state.size, sha256: sha256)
      return true
    }
  }

  /// What was written, once everything is on the disk.
  var content: FileContent? { state.withLock { $0.content } }

  private static func flush(_ state: inout State) -> Bool {
    let bytes = UnsafeRawBufferPointer(state.buffer.bytes)
    state.hasher?.update(bytes)
    state.size += Int64(bytes.count)
    var written = 0
    while written < bytes.count {
      let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
      let count = Glibc.write(state.descriptor, rest.baseAddress, rest.count)
      if count > 0 { written += count } else if errno != EINTR { return false }
    }
    state.buffer.removeAll()
    return true
  }
}
