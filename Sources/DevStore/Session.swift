import Checksums
import Foundation
import NIOCore
import NIOHTTP1

typealias ServerChannel = NIOAsyncChannel<HTTPServerRequestPart, HTTPServerResponsePart>

/// One connection: requests come and are answered one after the other.
struct Session {
  let operations: Operations
  let journal: Journal
  let witness: Witness?
  let keyring: Keyring

  private typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
  private typealias Inbound = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator

  private static let longestDocument = 4 << 20
  private static let pieceSize = 1 << 18

  /// What became of one request.
  private struct Served {
    var name = "Unknown"
    var response: ServerResponse
    var bytesIn: Int64 = 0
    /// Whether the whole body of the request was taken from the connection.
    var isDrained: Bool
  }

  func run(_ channel: ServerChannel) async throws {
    try await channel.executeThenClose { inbound, outbound in
      var parts = inbound.makeAsyncIterator()
      while let part = try await parts.next() {
        guard case .head(let head) = part else { continue }
        guard try await answer(head, &parts, outbound) else { return }
      }
    }
  }

  /// Answers one request; returns whether the connection can bring another.
  private func answer(_ head: HTTPRequestHead, _ parts: inout Inbound, _ outbound: Outbound) async throws
    -> Bool
  {
    let request = ServerRequest(head)
    let requestID = UUID().uuidString.filter { $0 != "-" }
    var served: Served
    await witness?.see(.came, request.method)
    do {
      served = try await serve(request, &parts, outbound)
    } catch let error as ServerError {
      served = Served(response: refusal(error, request, requestID), isDrained: false)
    }
    if !served.isDrained {
      served.isDrained = (request.contentLength ?? 0) == 0 && request["transfer-encoding"] == nil
    }
    let keepsOpen = request.keepAlive && served.isDrained
    journal.add(
      JournalEntry(
        ordinal: 0, method: request.method, operation: served.name, bucket: request.bucket ?? "",
        key: request.key,
        range: request["range"], ifMatch: request["if-match"], status: served.response.status,
        bytesIn: served.bytesIn, bytesOut: request.method == "HEAD" ? 0 : served.response.length))
    await witness?.see(.done, request.method)
    try await send(served.response, to: request, requestID, keepsOpen, outbound)
    return keepsOpen
  }

  private func serve(
    _ request: ServerRequest, _ parts: inout Inbound, _ outbound: Outbound
  ) async throws -> Served {
    let rule = try keyring.rule(for: request, now: Instant.now())
    let (name, action) = try operations.action(request)
    if request["expect"]?.lowercased() == "100-continue" {
      try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: .continue)))
    }
    var reader = BodyReader(rule: rule)
    switch action {
    case .answer(let response):
      _ = try await reader.read(&parts) { _ in }
      return Served(name: name, response: response, bytesIn: reader.size, isDrained: true)
    case .document(let finish):
      var document: [UInt8] = []
      try await reader.read(&parts) { bytes in
        guard document.count + bytes.count <= Self.longestDocument else {
          throw ServerError(400, "MalformedXML", "The document is too long.")
        }
        document.append(contentsOf: bytes)
      }
      try reader.require(Checksum.of(document, .sha256))
      return Served(name: name, response: try finish(document), bytesIn: reader.size, isDrained: true)
    case .file(let algorithms, let finish):
      let file = try IncomingFile(
        path: try operations.bucket(request.bucket).incomingPath(), wantsSHA256: reader.isSigned,
        others: algorithms)
      try await reader.read(&parts) { try file.write($0) }
      let digests = file.finish()
      if let sha256 = digests.sha256 { try reader.require(sha256) }
      return Served(
        name: name, response: try finish(file, digests, reader.trailers), bytesIn: reader.size,
        isDrained: true)
    }
  }

  private func refusal(_ error: ServerError, _ request: ServerRequest, _ requestID: String) -> ServerResponse
  {
    let document = operations.document(of: error, request: request, requestID: requestID)
    var response = ServerResponse.xml(document, status: error.status)
    response.headers += error.headers
    if operations.dialect == .oss {
      response.headers.append(("x-oss-ec", "0000-00000000"))
      if request.method == "HEAD" {
        response.headers.append(("x-oss-err", encodeBase64(Array(document.utf8))))
      }
    }
    if request.method == "HEAD" { response.body = .none }
    return response
  }

  private func send(
    _ response: ServerResponse, to request: ServerRequest, _ requestID: String, _ keepsOpen: Bool,
    _ outbound: Outbound
  ) async throws {
    var headers = HTTPHeaders(response.headers.map { ($0.name, $0.value) })
    headers.add(name: "Date", value: Instant.http(Instant.now()))
    headers.add(
      name: "Server",
      value: operations.dialect == .s3 ? "tranship dev-store (S3)" : "tranship dev-store (OSS)")
    headers.add(name: "\(operations.vendor)request-id", value: requestID)
    let hasNoLength = response.status == 204 || response.status == 304
    if !hasNoLength { headers.add(name: "Content-Length", value: "\(response.length)") }
    if !keepsOpen { headers.add(name: "Connection", value: "close") }
    let status = HTTPResponseStatus(statusCode: response.status)
    try await outbound.write(.head(HTTPResponseHead(version: .http1_1, status: status, headers: headers)))
    if request.method != "HEAD" && !hasNoLength { try await send(response.body, outbound) }
    try await outbound.write(.end(nil))
  }

  private func send(_ body: ServerResponse.Body, _ outbound: Outbound) async throws {
    switch body {
    case .none: break
    case .text(let text): try await outbound.write(.body(.byteBuffer(ByteBuffer(string: text))))
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
