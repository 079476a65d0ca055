import NIOCore
import NIOHTTP1
import NIOPosix

/// How an answer goes over its connection.
struct Sending {
  var hit: FaultHit?
  /// Bytes of the body after which nothing more is sent.
  private(set) var limit: Int64?
  private(set) var ending = FaultAction.Ending.close
  private(set) var isLost = false
  private(set) var tellsLength = true
  private(set) var tellsTwo = false
  private(set) var pieces: Int?
  private(set) var pause = Duration.zero
  private(set) var delay = Duration.zero
  private(set) var fillers = 0
  private(set) var endsIdle = false

  init(_ hit: FaultHit?, length: Int64) {
    self.hit = hit
    switch hit?.action {
    case .cut(let point, let ending): (limit, self.ending) = (point.within(length), ending)
    case .lose(let ending): (isLost, self.ending) = (true, ending)
    case .short(_, let tellsLength), .long(_, let tellsLength): self.tellsLength = tellsLength
    case .drip(let bytes, let pause): (pieces, self.pause) = (bytes, .milliseconds(pause))
    case .delay(let milliseconds): delay = .milliseconds(milliseconds)
    case .endlessHeaders(let count): fillers = count
    case .twoLengths: tellsTwo = true
    case .closeIdle: endsIdle = true
    default: break
    }
  }

  /// Whether the answer ends before its end.
  var breaksOff: Bool { isLost || limit != nil }
}

extension FaultAction.Ending {
  /// Ends a connection in its own way; the caller sends nothing more.
  func end(
    _ channel: any Channel, _ parts: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator
  ) async throws {
    switch self {
    case .close: break
    case .stall: while try await parts.next() != nil {}
    case .rst:
      try await (channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0)).get()
      try await channel.close()
    }
  }
}
