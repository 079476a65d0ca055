import AuditLedger
import Checksums
import NIOCore
import ObjectStorage
import Synchronization

/// Digests of a whole object that cannot be combined from parts, fed by parts that come in order.
///
/// A part that is sent again brings bytes that were hashed already; these are passed over, also where they are
/// other ones this time. So the digests speak of what is stored only where `crc64xz` is that of the stored parts.
final class RunningDigests: Sendable {
  private struct State: ~Copyable {
    var md5: StreamingHasher?
    var sha: StreamingHasher?
    /// Over the same bytes as the others.
    var crc: StreamingHasher? = StreamingHasher(.crc64xz)
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

  /// Ends the digests; throws where they were computed over other bytes than the parts that are stored.
  func finish(over stored: Checksum?) throws(CopyFailure) -> [Checksum] {
    let (absorbed, digests) = state.withLock {
      ($0.crc.take()?.finish(), [$0.md5.take()?.finish(), $0.sha.take()?.finish()].compactMap(\.self))
    }
    guard let absorbed, let stored, ChecksumMatch(absorbed, stored) != nil else {
      throw CopyFailure(
        .source,
        StorageError(
          .corrupted,
          "two reads of the same bytes differ: crc64xz \(absorbed?.text ?? "none") and \(stored?.text ?? "none")"
        ))
    }
    return digests
  }

  fileprivate func absorb(_ chunk: ByteBuffer, at offset: Int64) {
    state.withLock { state in
      let known = max(0, state.position - offset)
      guard known < Int64(chunk.readableBytes) else { return }
      chunk.withUnsafeReadableBytes { bytes in
        let fresh = UnsafeRawBufferPointer(rebasing: bytes[Int(known)...])
        state.md5?.update(fresh)
        state.sha?.update(fresh)
        state.crc?.update(fresh)
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
