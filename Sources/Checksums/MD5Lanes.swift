import COpenSSL

/// Running MD5s of independent streams that are advanced together on one core.
public struct MD5Lanes: ~Copyable, Sendable {
  /// A running MD5; valid until it is finished or discarded.
  public struct Lane: Hashable, Sendable {
    fileprivate let index: Int
  }

  /// Further bytes of one lane; they must stay where they are until `update` returns.
  public struct Input {
    public var lane: Lane
    public var bytes: UnsafeRawBufferPointer

    public init(lane: Lane, bytes: UnsafeRawBufferPointer) {
      self.lane = lane
      self.bytes = bytes
    }
  }

  private final class Running: Sendable {
    let context = DigestContext(.md5)
  }

  private var running: [Running?] = []

  public init() {}

  public mutating func open() -> Lane {
    if let free = running.firstIndex(where: { $0 == nil }) {
      running[free] = Running()
      return Lane(index: free)
    }
    running.append(Running())
    return Lane(index: running.count - 1)
  }

  /// Takes further bytes of several lanes, each lane at most once; any lengths.
  public mutating func update(_ inputs: [Input]) {
    for input in inputs { running[input.lane.index]?.context.update(input.bytes) }
  }

  /// The MD5 of everything that the lane got; ends it.
  public mutating func finish(_ lane: Lane) -> Checksum {
    defer { running[lane.index] = nil }
    guard let one = running[lane.index] else { preconditionFailure("the lane was finished before") }
    return one.context.finish(.md5)
  }

  public mutating func discard(_ lane: Lane) { running[lane.index] = nil }
}
