import Checksums
import NIOCore

/// What a meter computed over a whole stream.
struct MeterDigests: Sendable {
  var checksums: [Checksum]
  var rebuilt: [Checksum]
  /// Of the one cut, where there is just one.
  var partDigests: [Checksum]
}

/// Every digest of one stream: those that are computed at once, and MD5s that wait for other streams' chunks.
///
/// Used on the lanes' loop alone.
final class MeterHashers {
  private var quick: HasherSet
  private let lanes: LoopMD5
  private var whole: MD5Lanes.Lane?
  /// The one cut that was asked for: its parts' MD5s go into lanes too.
  private var parts: PartedMD5?
  /// The one cut is of one part, whose MD5 is that of the whole.
  private let partIsWhole: Bool
  /// Several cuts are lanes over the same bytes already.
  private var cuts: MultipartETagHasher?
  /// The one cut, where its parts are hashed with something else than MD5.
  private var others: PartsHasher?

  init(_ expectation: StreamExpectation, _ lanes: LoopMD5) {
    let (algorithms, isMD5) = (expectation.algorithms, expectation.partAlgorithm == .md5)
    let boundaries = isMD5 ? expectation.boundaries : []
    quick = HasherSet(algorithms)
    self.lanes = lanes
    whole = algorithms.contains(.md5) ? lanes.open() : nil
    partIsWhole = whole != nil && boundaries.count == 1 && boundaries.first?.count == 1
    if !isMD5, expectation.boundaries.count == 1, let only = expectation.boundaries.first {
      others = PartsHasher(only, expectation.partAlgorithm)
    } else {
      others = nil
    }
    if boundaries.count == 1, let only = boundaries.first, !partIsWhole {
      parts = PartedMD5(only, lanes.open())
      cuts = nil
    } else {
      cuts = boundaries.isEmpty || partIsWhole ? nil : MultipartETagHasher(boundaries)
    }
  }

  /// Takes the next bytes; calls back, at once or later in the loop, when they are in every digest.
  func update(_ chunk: ByteBuffer, _ done: @escaping () -> Void) {
    chunk.withUnsafeReadableBytes { bytes in
      quick.update(bytes)
      cuts?.update(bytes)
      others?.update(bytes)
    }
    guard let whole else { return updateParts(chunk, done) }
    guard parts != nil else { return lanes.enqueue(whole, chunk, done) }
    var open = 2
    let both = {
      open -= 1
      if open == 0 { done() }
    }
    lanes.enqueue(whole, chunk, both)
    updateParts(chunk, both)
  }

  /// Feeds the running part, and what is behind its end to the next one when it is hashed.
  private func updateParts(_ chunk: ByteBuffer, _ done: @escaping () -> Void) {
    guard let lane = parts?.lane, let left = parts?.left else { return done() }
    var rest = chunk
    guard let piece = rest.readSlice(length: Int(min(Int64(rest.readableBytes), left))) else { return done() }
    lanes.enqueue(lane, piece) {
      self.parts?.left -= Int64(piece.readableBytes)
      if self.parts?.left == 0 { self.endPart() }
      if rest.readableBytes == 0 || self.parts == nil { done() } else { self.updateParts(rest, done) }
    }
  }

  private func endPart() {
    guard var ended = parts, ended.digests.count < ended.boundaries.count else { return }
    ended.digests.append(lanes.finish(ended.lane))
    ended.left = ended.boundaries.size(at: ended.digests.count)
    ended.isRunning = ended.left > 0
    if ended.isRunning { ended.lane = lanes.open() }
    parts = ended
  }

  func finish() -> MeterDigests {
    let md5 = whole.map { lanes.finish($0) }
    whole = nil
    let ofParts = others.take()?.finish() ?? parts?.digests ?? (partIsWhole ? [md5].compactMap(\.self) : [])
    var rebuilt = [Checksum.over(parts: ofParts)].compactMap(\.self)
    if let parts, parts.isRunning { lanes.discard(parts.lane) }
    parts = nil
    if let hasher = cuts.take() { rebuilt = hasher.finish().compactMap(\.self) }
    return MeterDigests(
      checksums: quick.finish() + [md5].compactMap(\.self), rebuilt: rebuilt, partDigests: ofParts)
  }

  /// Gives the lanes back; nothing is computed any more.
  func discard() {
    if let whole { lanes.discard(whole) }
    whole = nil
    if let parts, parts.isRunning { lanes.discard(parts.lane) }
    parts = nil
  }
}

/// The running MD5 of the part that a stream is in.
private struct PartedMD5 {
  let boundaries: PartBoundaries
  var lane: MD5Lanes.Lane
  /// Bytes that the running part still lacks.
  var left: Int64
  var isRunning = true
  var digests: [Checksum] = []

  init(_ boundaries: PartBoundaries, _ lane: MD5Lanes.Lane) {
    self.boundaries = boundaries
    self.lane = lane
    left = boundaries.size(at: 0)
  }
}
