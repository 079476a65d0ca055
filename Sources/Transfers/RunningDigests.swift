import AuditLedger
import Checksums
import NIOCore
import ObjectStorage
import Synchronization

/// Digests that cannot be combined from the ranges of a copy, fed by ranges that come in order.
///
/// A range that is sent again brings bytes that were hashed already; these are passed over, also where they are other
/// ones this time. So the digests speak of what is stored only where their CRC-64/XZ is that of the stored parts.
final class RunningDigests: Sendable {
  /// What came out.
  struct Result: Sendable {
    /// Of the whole object.
    var checksums: [Checksum] = []
    /// Over the source's own parts, one for every cut that was tried.
    var rebuilt: [Checksum] = []
  }

  private struct State: ~Copyable {
    var md5: StreamingHasher?
    var sha: StreamingHasher?
    var cuts: MultipartETagHasher?
    var parts: PartsHasher?
    /// Over the same bytes as the others.
    var crc: StreamingHasher? = StreamingHasher(.crc64xz)
    var position: Int64 = 0

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
      md5?.update(bytes)
      sha?.update(bytes)
      cuts?.update(bytes)
      parts?.update(bytes)
      crc?.update(bytes)
    }
  }

  private let state: Mutex<State>

  /// Nil where everything that the plan and the route ask for can be combined from ranges.
  init?(_ plan: DigestPlan, _ route: PartRoute, _ cut: SourceCut?) {
    let algorithms = plan.expected.map(\.algorithm)
    let sha = algorithms.first { $0 == .sha256 || $0 == .sha1 }
    guard sha != nil || algorithms.contains(.md5) || route.isInOrder else { return nil }
    var state = State(
      md5: algorithms.contains(.md5) ? StreamingHasher(.md5) : nil,
      sha: sha == nil ? nil : StreamingHasher(sha ?? .sha256))
    if route.isInOrder, let cut, let first = route.tried.first {
      if cut.partAlgorithm == .md5 {
        state.cuts = MultipartETagHasher(route.tried)
      } else {
        state.parts = PartsHasher(first, cut.partAlgorithm)
      }
    }
    self.state = Mutex(state)
  }

  /// Sees the chunks of a range that begins at an offset.
  func observer(from offset: Int64) -> any BodyObserver { PartObserver(digests: self, offset: offset) }

  /// Ends the digests; throws where they were computed over other bytes than the parts that are stored.
  func finish(over stored: Checksum?) throws(CopyFailure) -> Result {
    let (absorbed, result) = state.withLock { state in
      let rebuilt = state.cuts.take()?.finish() ?? [.over(parts: state.parts.take()?.finish() ?? [])]
      return (
        state.crc.take()?.finish(),
        Result(
          checksums: [state.md5.take()?.finish(), state.sha.take()?.finish()].compactMap(\.self),
          rebuilt: rebuilt.compactMap(\.self))
      )
    }
    guard let absorbed, let stored, ChecksumMatch(absorbed, stored) != nil else {
      throw CopyFailure(
        .source,
        StorageError(
          .corrupted,
          "two reads of the same bytes differ: crc64xz \(absorbed?.text ?? "none") and \(stored?.text ?? "none")"
        ))
    }
    return result
  }

  fileprivate func absorb(_ chunk: ByteBuffer, at offset: Int64) {
    state.withLock { state in
      let known = max(0, state.position - offset)
      guard known < Int64(chunk.readableBytes) else { return }
      chunk.withUnsafeReadableBytes { bytes in
        state.update(UnsafeRawBufferPointer(rebasing: bytes[Int(known)...]))
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
