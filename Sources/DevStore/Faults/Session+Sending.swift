import Foundation
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

extension Session {
  func send(
    _ response: ServerResponse, to request: ServerRequest, _ requestID: String, keepsOpen: Bool,
    _ sending: Sending, _ outbound: Outbound, _ channel: any Channel
  ) async throws {
    var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
    headers.add(name: "Date", value: Instant.http(Instant.now() + (sending.hit?.clockOffset ?? 0)))
    headers.add(
      name: "Server",
      value: operations.dialect == .s3 ? "tranship dev-store (S3)" : "tranship dev-store (OSS)")
    headers.add(name: "\(operations.vendor)request-id", value: requestID)
    let hasNoLength = response.status == 204 || response.status == 304
    if !hasNoLength, sending.tellsLength || request.method == "HEAD" {
      headers.add(name: "Content-Length", value: "\(response.length)")
    }
    if sending.tellsTwo { headers.add(name: "Content-Length", value: "\(response.length + 1)") }
    for number in 0..<sending.fillers { headers.add(name: "X-Filler-\(number)", value: "filler") }
    if !keepsOpen, !sending.breaksOff { headers.add(name: "Connection", value: "close") }
    let status = HTTPResponseStatus(statusCode: response.status)
    try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
    if request.method != "HEAD" && !hasNoLength { try await send(response.body, sending, outbound) }
    guard !sending.breaksOff else { return }
    if keepsOpen, !sending.endsIdle { return try await outbound.write(.end(nil)) }
    // What the system has not taken yet would be dropped with the connection.
    try await channel.writeAndFlush(HTTPServerResponsePart.end(nil)).get()
  }

  private func send(_ body: ServerResponse.Body, _ sending: Sending, _ outbound: Outbound) async throws {
    if sending.limit != nil || sending.pieces != nil {
      let bytes = try body.bytes()
      let end = sending.limit.map { Int(min($0, Int64(bytes.count))) } ?? bytes.count
      let step = sending.pieces ?? Self.pieceSize
      for start in stride(from: 0, to: end, by: step) {
        if start > 0, sending.pause > .zero { try await Task.sleep(for: sending.pause) }
        try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes[start..<min(start + step, end)]))))
      }
      return
    }
    switch body {
    case .none: break
    case .text(let text): try await outbound.write(.body(.byteBuffer(ByteBuffer(string: text))))
    case .bytes(let bytes): try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
    case .file(let path, let offset, let length):
      guard length > 0 else { return }
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      try file.seek(toOffset: UInt64(offset))
      var left = length
      while left > 0, let bytes = try file.read(upToCount: Int(min(left, Int64(Self.pieceSize)))),
        !bytes.isEmpty
      {
        left -= Int64(bytes.count)
        try await outbound.write(.body(.byteBuffer(ByteBuffer(bytes: bytes))))
      }
    }
  }
}
