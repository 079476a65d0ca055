import CChecksums

/// Running MD5s of independent streams that are advanced together on one core.
///
/// MD5 is a chain of operations that each wait for the one before: one stream leaves most of a core idle. Up to 16
/// streams in vector registers take little more time than one.
public struct MD5Lanes: ~Copyable, Sendable {
  /// A running MD5; valid until it is finished or discarded.
  public struct Lane: Hashable, Sendable {
    fileprivate let index: Int
    fileprivate let use: Int
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

  private var streams: [cchecksums_md5] = []
  /// How often each place was given away; even while it is free.
  private var uses: [Int] = []
  private var free: [Int] = []
  private let kernel: MD5Kernel

  public init(_ kernel: MD5Kernel = .active) {
    self.kernel = kernel
  }

  /// Starts an MD5.
  public mutating func open() -> Lane {
    let index = free.popLast() ?? streams.count
    if index == streams.count {
      streams.append(cchecksums_md5())
      uses.append(0)
    }
    uses[index] += 1
    cchecksums_md5_start(&streams[index])
    return Lane(index: index, use: uses[index])
  }

  /// Takes further bytes of several lanes, each lane at most once; any lengths.
  public mutating func update(_ inputs: [Input]) {
    for input in inputs { requireOpen(input.lane) }
    let bytes = inputs.map { $0.bytes.assumingMemoryBound(to: UInt8.self).baseAddress }
    let counts = inputs.map(\.bytes.count)
    streams.withUnsafeMutableBufferPointer { streams in
      guard let start = streams.baseAddress else { return }
      let running = inputs.map { Optional(start + $0.lane.index) }
      cchecksums_md5_update_with(kernel.rawValue, running, bytes, counts, inputs.count)
    }
  }

  /// The MD5 of everything that the lane got; ends it.
  public mutating func finish(_ lane: Lane) -> Checksum {
    requireOpen(lane)
    var digest = [UInt8](repeating: 0, count: ChecksumAlgorithm.md5.byteCount)
    cchecksums_md5_finish(&streams[lane.index], &digest)
    release(lane)
    guard let checksum = Checksum(.md5, bytes: digest) else { preconditionFailure("an MD5 has 16 bytes") }
    return checksum
  }

  /// Ends a lane whose MD5 is not wanted any more.
  public mutating func discard(_ lane: Lane) {
    requireOpen(lane)
    release(lane)
  }

  private mutating func release(_ lane: Lane) {
    uses[lane.index] += 1
    free.append(lane.index)
  }

  private func requireOpen(_ lane: Lane) {
    precondition(uses[lane.index] == lane.use, "the lane was finished before")
  }
}

/// A way to advance several MD5s.
public enum MD5Kernel: Int32, CaseIterable, Sendable {
  /// One after the other, by OpenSSL.
  case portable
  /// Up to 16 together in 256-bit registers.
  case avx2
  /// The same with the instructions of AVX-512VL.
  case avx512

  /// Whether this machine can run it.
  public var isSupported: Bool { cchecksums_md5_supports(rawValue) != 0 }

  /// The fastest that the machine has, or what the environment's `TRANSHIP_MD5_KERNEL` names.
  public static var active: MD5Kernel { MD5Kernel(rawValue: cchecksums_md5_kernel()) ?? .portable }
}
