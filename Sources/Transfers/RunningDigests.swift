import Checksums
import NIOCore
import ObjectStorage
import Synchronization

/// Digests of a whole object that cannot be combined from parts, fed by parts that come in order.
///
/// A part that is sent again brings bytes that were hashed already; these are passed over.
final class RunningDigests: Sendable {
  private struct State: ~Copyable {
    var md5: StreamingHasher?
    var sha: StreamingHasher?
    var position: Int64 = 0
  }

  private let state: Mutex<State>

  /// Nil where every digest of the plan can be combined from parts.
  init?(plan: DigestPlan) {
    let algorithms = plan.expected.map(\.algorithm)
    let sha = algorithms.first { $0 == .sha256 || $0 == .sha1 }
    guard sha != nil || algorithms.contains(.md5) else { return nil }
    state = Mutex(
      State(
        md5: algorithms.contains(.md5) ? StreamingHasher(.md5) : nil,
        sha: sha == nil ? nil : StreamingHasher(sha ?? .sha256)))
  }

  /// Sees the chunks of a part that begins at an offset.
  func observer(from offset: Int64) -> any BodyObserver { PartObserver(digests: self, offset: offset) }

  func finish() -> [Checksum] {
    state.withLock { [$0.md5.take()?.finish(), $0.sha.take()?.finish()].compactMap(\.self) }
  }

  fileprivate func absorb(_ chunk: ByteBuffer, at offset: Int64) {
    state.withLock { state in
      let known = max(0, state.position - offset)
      guard known < Int64(chunk.readableBytes) else { return }
      chunk.withUnsafeReadableBytes { bytes in
        let fresh = UnsafeRawBufferPointer(rebasing: bytes[Int(known)...])
        state.md5?.update(fresh)
        state.sha?.update(fresh)
      }
      state.position = offset + Int64(chunk.readableBytes)
    }
  }
}

private final class PartObserver: BodyObserver {
  private let digests: RunningDigests
  private let position: Mutex<Int64>

  init(digests: RunningDigests, offset: Int64) {
    self.digests = digests
    position = Mutex(offset)
  }

  func observe(_ chunk: ByteBuffer) {
    let offset = position.withLock { position in
      defer { position += Int64(chunk.readableBytes) }
      return position
    }
    digests.absorb(chunk, at: offset)
  }
}
