/// The hash of the Merkle tree of RFC 6962 over records that come one by one.
///
/// It holds one hash for every power of two in the number of leaves, however many there are.
public struct MerkleTree: Sendable {
  /// How many leaves came.
  public private(set) var count: Int64 = 0
  /// The roots of whole subtrees, the largest first.
  private var subtrees: [(height: Int, hash: Checksum)] = []

  public init() {}

  /// Takes the record of the next leaf.
  public mutating func add(_ record: [UInt8]) { add(leaf: Self.leaf(record)) }

  /// Takes the hash of the next leaf.
  public mutating func add(leaf hash: Checksum) {
    count += 1
    var (height, merged) = (0, hash)
    while let last = subtrees.last, last.height == height {
      subtrees.removeLast()
      merged = Self.node(last.hash, merged)
      height += 1
    }
    subtrees.append((height, merged))
  }

  /// The root over the leaves so far; of none, the digest of nothing.
  public var root: Checksum {
    guard let last = subtrees.last else { return .of([], .sha256) }
    return subtrees.dropLast().reversed().reduce(last.hash) { Self.node($1.hash, $0) }
  }

  /// The hash of a leaf: SHA-256 over a zero byte and the record.
  public static func leaf(_ record: [UInt8]) -> Checksum { record.withUnsafeBufferPointer { leaf($0) } }

  /// The same for a record that lies elsewhere.
  public static func leaf(_ record: UnsafeBufferPointer<UInt8>) -> Checksum {
    withUnsafeTemporaryAllocation(byteCount: 1 + record.count, alignment: 1) { message in
      message[0] = 0
      UnsafeMutableRawBufferPointer(rebasing: message[1...]).copyMemory(from: UnsafeRawBufferPointer(record))
      return Checksum(sha256: UnsafeRawBufferPointer(message))
    }
  }

  /// The hash of a node: SHA-256 over a one byte and the hashes below it.
  public static func node(_ left: Checksum, _ right: Checksum) -> Checksum {
    hash(1, left.bytes, right.bytes)
  }

  private static func hash(_ mark: UInt8, _ one: [UInt8], _ other: [UInt8]) -> Checksum {
    withUnsafeTemporaryAllocation(byteCount: 1 + one.count + other.count, alignment: 1) { message in
      message[0] = mark
      one.withUnsafeBytes { UnsafeMutableRawBufferPointer(rebasing: message[1...]).copyMemory(from: $0) }
      other.withUnsafeBytes {
        UnsafeMutableRawBufferPointer(rebasing: message[(1 + one.count)...]).copyMemory(from: $0)
      }
      return Checksum(sha256: UnsafeRawBufferPointer(message))
    }
  }
}
