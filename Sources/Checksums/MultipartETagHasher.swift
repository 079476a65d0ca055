/// Rebuilds the multipart ETag of one stream of bytes for several ways to cut it, in one pass.
public struct MultipartETagHasher: ~Copyable, Sendable {
  private struct Cut: Sendable {
    let boundaries: PartBoundaries
    var part = 0
    /// Bytes that the running part still lacks.
    var left: Int64
    var lane: MD5Lanes.Lane
    var digests: [Checksum] = []

    init(_ boundaries: PartBoundaries, _ lane: MD5Lanes.Lane) {
      self.boundaries = boundaries
      self.lane = lane
      left = boundaries.size(at: 0)
    }
  }

  private var lanes = MD5Lanes()
  private var cuts: [Cut]
  /// Bytes that came.
  private var length: Int64 = 0

  public init(_ candidates: [PartBoundaries]) {
    cuts = []
    for candidate in candidates { cuts.append(Cut(candidate, lanes.open())) }
  }

  /// Takes the next bytes of the stream.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += Int64(bytes.count)
    var offsets = [Int](repeating: 0, count: cuts.count)
    var isMore = !bytes.isEmpty
    while isMore {
      isMore = false
      var inputs: [MD5Lanes.Input] = []
      for index in cuts.indices where offsets[index] < bytes.count && cuts[index].left > 0 {
        let count = Int(min(cuts[index].left, Int64(bytes.count - offsets[index])))
        let piece = UnsafeRawBufferPointer(rebasing: bytes[offsets[index]..<(offsets[index] + count)])
        inputs.append(MD5Lanes.Input(lane: cuts[index].lane, bytes: piece))
        offsets[index] += count
        cuts[index].left -= Int64(count)
        if offsets[index] < bytes.count { isMore = true }
      }
      guard !inputs.isEmpty else { return }
      lanes.update(inputs)
      for index in cuts.indices where cuts[index].left == 0 { endPart(index) }
    }
  }

  private mutating func endPart(_ index: Int) {
    guard cuts[index].part < cuts[index].boundaries.count else { return }
    cuts[index].digests.append(lanes.finish(cuts[index].lane))
    cuts[index].part += 1
    guard cuts[index].part < cuts[index].boundaries.count else { return }
    cuts[index].left = cuts[index].boundaries.size(at: cuts[index].part)
    cuts[index].lane = lanes.open()
  }

  /// The ETag for each way to cut, in the order in which they were given; nil where the stream had another length.
  public consuming func finish() -> [Checksum?] {
    cuts.map { cut in
      cut.boundaries.objectSize == length ? Checksum.multipartETag(ofPartMD5s: cut.digests) : nil
    }
  }
}
