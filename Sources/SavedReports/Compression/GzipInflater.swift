import CZlib

/// Inflates gzip that comes in pieces, through zlib.
///
/// Any number of members may stand one behind the other, as `cat a.gz b.gz` makes them.
///
/// How much comes out of one call is bounded by the room that the caller gives.
public struct GzipInflater: ~Copyable {
  private enum State {
    case betweenMembers
    case inMember
  }

  /// At a fixed place: zlib keeps its address.
  private let stream: UnsafeMutablePointer<z_stream>
  private var state = State.betweenMembers
  private var members = 0

  /// Throws where there is no memory.
  public init() throws(ReportProblem) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    let code = inflateInit2_(stream, Self.gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else {
      throw ReportProblem("it cannot be inflated (zlib code \(code)); free some memory and run again")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// The largest window, and no other format than gzip.
  private static let gzipOnly: Int32 = 15 + 16
  private static let mark: UInt8 = 0x1F

  /// Whether bytes begin as gzip does.
  public static func recognises(_ head: some Collection<UInt8>) -> Bool { head.starts(with: [0x1F, 0x8B]) }

  /// Takes what it can from the input and writes what comes of it; `taken` and `made` count bytes.
  ///
  /// Where nothing is taken and nothing made, another piece is needed. Throws where the data is damaged, or goes on
  /// behind the last member as something else.
  public mutating func inflate(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(ReportProblem) -> (taken: Int, made: Int) {
    var taken = 0
    while true {
      let rest = UnsafeRawBufferPointer(rebasing: input[min(taken, input.count)...])
      if state == .betweenMembers {
        guard let first = rest.first else { return (taken, 0) }
        try begin(with: first)
      }
      let step = try step(rest, into: output)
      taken += step.taken
      if step.made > 0 || step.taken == 0 { return (taken, step.made) }
    }
  }

  /// Throws where the data ended inside a member, or had none.
  public func finish() throws(ReportProblem) {
    guard state == .betweenMembers, members > 0 else {
      throw ReportProblem("the gzip data ends too early: the file is cut; save or download it again")
    }
  }

  private mutating func begin(with first: UInt8) throws(ReportProblem) {
    guard first == Self.mark else {
      throw ReportProblem("there are bytes behind the end of the gzip data; save or download it again")
    }
    guard inflateReset(stream) == Z_OK else { throw ReportProblem("zlib cannot begin again") }
    state = .inMember
  }

  private mutating func step(
    _ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer
  ) throws(ReportProblem) -> (taken: Int, made: Int) {
    let given = UInt32(clamping: input.count)
    let room = UInt32(clamping: output.count)
    stream.pointee.next_in = input.bindMemory(to: UInt8.self).baseAddress.map {
      UnsafeMutablePointer(mutating: $0)
    }
    stream.pointee.avail_in = given
    stream.pointee.next_out = output.bindMemory(to: UInt8.self).baseAddress
    stream.pointee.avail_out = room
    let code = CZlib.inflate(stream, Z_NO_FLUSH)
    let moved = (taken: Int(given - stream.pointee.avail_in), made: Int(room - stream.pointee.avail_out))
    switch code {
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      state = .betweenMembers
      members += 1
    case Z_MEM_ERROR: throw ReportProblem("there is no memory to inflate it; free some and run again")
    default: throw ReportProblem("the gzip data is damaged: \(words(code)); save or download it again")
    }
    return moved
  }

  private func words(_ code: Int32) -> String {
    stream.pointee.msg.map { String(cString: $0) } ?? "zlib code \(code)"
  }
}
