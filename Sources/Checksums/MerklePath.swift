/// The inclusion proof of RFC 6962 for one leaf: the hashes beside the way from the leaf to the root.
public struct MerklePath: Hashable, Sendable {
  /// The leaf's place, from 0.
  public var index: Int64
  /// How many leaves the tree has.
  public var count: Int64
  /// From the leaf's neighbour upwards.
  public var hashes: [Checksum]

  public init(index: Int64, count: Int64, hashes: [Checksum]) {
    self.index = index
    self.count = count
    self.hashes = hashes
  }

  /// The root that follows from a leaf's hash; nil where the path cannot belong to such a tree.
  public func root(leaf: Checksum) -> Checksum? {
    let spans = MerkleSpan.beside(index, of: count)
    guard index >= 0, index < count, spans.count == hashes.count,
      ([leaf] + hashes).allSatisfy({ $0.algorithm == .sha256 && $0.partCount == nil })
    else { return nil }
    return zip(spans, hashes).reduce(leaf) { below, step in
      step.0.start < index ? MerkleTree.node(step.1, below) : MerkleTree.node(below, step.1)
    }
  }
}

/// Makes the inclusion proof of one leaf while the hashes of all leaves go by.
public struct MerklePathBuilder: Sendable {
  private let index: Int64
  private let count: Int64
  private var beside: [(span: MerkleSpan, tree: MerkleTree)]
  private var next: Int64 = 0

  /// A leaf's place, from 0, and how many leaves will come.
  public init(index: Int64, count: Int64) {
    self.index = index
    self.count = count
    beside = MerkleSpan.beside(index, of: count).map { ($0, MerkleTree()) }
  }

  /// Takes the hash of the next leaf.
  public mutating func add(leaf hash: Checksum) {
    if let place = beside.firstIndex(where: { $0.span.contains(next) }) { beside[place].tree.add(leaf: hash) }
    next += 1
  }

  /// The proof; nil where another number of leaves came, or the leaf is none of them.
  public func finish() -> MerklePath? {
    guard next == count, index >= 0, index < count else { return nil }
    return MerklePath(index: index, count: count, hashes: beside.map(\.tree.root))
  }
}

/// Adjacent leaves that make one subtree.
private struct MerkleSpan: Sendable {
  var start: Int64
  var end: Int64

  func contains(_ index: Int64) -> Bool { start <= index && index < end }

  /// The subtrees beside the way from a leaf to the root, the lowest first.
  static func beside(_ index: Int64, of count: Int64) -> [MerkleSpan] {
    guard index >= 0, index < count else { return [] }
    var whole = MerkleSpan(start: 0, end: count)
    var found: [MerkleSpan] = []
    while whole.end - whole.start > 1 {
      let cut = whole.start + largestPower(below: whole.end - whole.start)
      let (left, right) = (
        MerkleSpan(start: whole.start, end: cut), MerkleSpan(start: cut, end: whole.end)
      )
      found.append(index < cut ? right : left)
      whole = index < cut ? left : right
    }
    return found.reversed()
  }

  /// The largest power of two that is smaller than a number from 2 on.
  private static func largestPower(below number: Int64) -> Int64 {
    1 << Int64(63 - (number - 1).leadingZeroBitCount)
  }
}
