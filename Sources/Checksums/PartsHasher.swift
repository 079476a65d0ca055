/// Digests of the parts of one stream, in one pass and with any algorithm.
public struct PartsHasher: ~Copyable, Sendable {
  private let boundaries: PartBoundaries
  private let algorithm: ChecksumAlgorithm
  private var running: StreamingHasher?
  /// Bytes that the running part still lacks.
  private var left: Int64
  private var digests: [Checksum] = []
  /// Bytes that came.
  private var length: Int64 = 0

  public init(_ boundaries: PartBoundaries, _ algorithm: ChecksumAlgorithm) {
    self.boundaries = boundaries
    self.algorithm = algorithm
    left = boundaries.size(at: 0)
    running = StreamingHasher(algorithm)
  }

  /// Takes the next bytes of the stream.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length += Int64(bytes.count)
    var rest = bytes
    while !rest.isEmpty, left > 0 {
      let count = Int(min(left, Int64(rest.count)))
      running?.update(UnsafeRawBufferPointer(rebasing: rest[..<count]))
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
      left -= Int64(count)
      if left == 0 { endPart() }
    }
  }

  private mutating func endPart() {
    if let digest = running.take()?.finish() { digests.append(digest) }
    left = boundaries.size(at: digests.count)
    if left > 0 { running = StreamingHasher(algorithm) }
  }

  /// One digest a part, in their order; none where the stream had another length.
  public consuming func finish() -> [Checksum] {
    length == boundaries.objectSize ? digests : []
  }
}
