public import Checksums
public import ObjectStorage

/// A part of a started upload, as the destination answered for it, with the digests of what was sent.
public struct StartedPart: Hashable, Sendable {
  /// What the answer said.
  public var stored: StoredPart
  /// Of the source.
  public var range: ByteRange
  public var streamed: [Checksum]
  /// The digests of the source's own parts that lie in this one.
  public var sourceParts: [Checksum]

  public init(stored: StoredPart, range: ByteRange, streamed: [Checksum], sourceParts: [Checksum]) {
    self.stored = stored
    self.range = range
    self.streamed = streamed
    self.sourceParts = sourceParts
  }

  /// `algorithm:hex`, one after the other with a blank between.
  static func text(_ checksums: [Checksum]) -> String {
    checksums.map { "\($0.algorithm.rawValue):\($0.hex)" }.joined(separator: " ")
  }

  /// Nil where a word is no digest.
  static func checksums(_ text: String) -> [Checksum]? {
    var checksums: [Checksum] = []
    for word in text.split(separator: " ") {
      let halves = word.split(separator: ":", maxSplits: 1)
      guard halves.count == 2, let algorithm = ChecksumAlgorithm(rawValue: String(halves[0])),
        let checksum = Checksum(algorithm, hex: halves[1])
      else { return nil }
      checksums.append(checksum)
    }
    return checksums
  }
}
