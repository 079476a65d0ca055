import Checksums
import NIOCore
import NIOHTTP1

/// Takes the body of a request from its connection, decoded, and checks it as its signature says.
struct BodyReader {
  private let rule: PayloadRule
  private let chunked: ChunkedBody?
  /// Bytes on the wire.
  private(set) var size: Int64 = 0

  init(rule: PayloadRule) {
    self.rule = rule
    chunked = if case .chunked(let chain) = rule { ChunkedBody(chain) } else { nil }
  }

  var trailers: [String: String] { chunked?.trailers ?? [:] }

  /// Whether the SHA-256 of the body was signed.
  var isSigned: Bool { if case .signed = rule { true } else { false } }

  mutating func read(
    _ parts: inout NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator,
    _ take: (UnsafeRawBufferPointer) throws -> Void
  ) async throws {
    while let part = try await parts.next() {
      switch part {
      case .head: throw ServerError(400, "InvalidRequest", "A request began before the one before it ended.")
      case .body(let buffer):
        size += Int64(buffer.readableBytes)
        try buffer.withUnsafeReadableBytes { bytes in
          if let chunked { try chunked.feed(bytes, take) } else { try take(bytes) }
        }
      case .end:
        if let chunked, !chunked.isDone {
          throw ServerError(400, "IncompleteBody", "The aws-chunked body ended early.")
        }
        return
      }
    }
    throw ServerError(400, "IncompleteBody", "The connection ended before the body did.")
  }

  /// Throws where the SHA-256 that was signed is another one.
  func require(_ found: Checksum) throws {
    guard case .signed(let expected) = rule, expected != found.hex else { return }
    throw ServerError(
      400, "XAmzContentSHA256Mismatch",
      "The provided 'x-amz-content-sha256' header does not match what was computed.")
  }
}
