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
  let faults: Faults

  typealias Outbound = NIOAsyncChannelOutboundWriter<HTTPServerResponsePart>
  private typealias Inbound = NIOAsyncChannelInboundStream<HTTPServerRequestPart>.AsyncIterator

  private static let longestDocument = 4 << 20
  static let pieceSize = 1 << 18

  /// What became of one request.
  private struct Served {
    var name: String
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
        guard try await answer(head, &parts, outbound, channel.channel) else { return }
      }
    }
  }

  /// Answers one request; returns whether the connection can bring another.
  private func answer(
    _ head: HTTPRequestHead, _ parts: inout Inbound, _ outbound: Outbound, _ channel: any Channel
  ) async throws -> Bool {
    let request = ServerRequest(head)
    let hit = faults.hit(request)
    let requestID = UUID().uuidString.filter { $0 != "-" }
    var served: Served
    await witness?.see(.came, request.method)
    do {
      served = try await serve(request, hit, requestID, &parts, outbound)
      if let hit { served.response = try hit.altered(served.response, to: request, operations) }
    } catch let error as ServerError {
      served = Served(name: request.operation, response: refusal(error, request, requestID), isDrained: false)
    }
    if !served.isDrained {
      served.isDrained = (request.contentLength ?? 0) == 0 && request["transfer-encoding"] == nil
    }
    let sending = Sending(hit, length: request.method == "HEAD" ? 0 : served.response.length)
    let keepsOpen = request.keepAlive && served.isDrained && !sending.breaksOff
    journal.add(
      JournalEntry(
        ordinal: 0, method: request.method, operation: served.name, bucket: request.bucket ?? "",
        key: request.key,
        range: request["range"], ifMatch: request["if-match"], status: served.response.status,
        bytesIn: served.bytesIn,
        bytesOut: request.method == "HEAD" ? 0 : sending.limit ?? served.response.length,
        fault: hit?.rule))
    await witness?.see(.done, request.method)
    if sending.delay > .zero { try await Task.sleep(for: sending.delay) }
    if !sending.isLost {
      try await send(
        served.response, to: request, requestID, keepsOpen: keepsOpen, sending, outbound, channel)
    }
    if sending.breaksOff { try await sending.ending.end(channel, &parts) }
    return keepsOpen && !sending.endsIdle
  }

  private func serve(
    _ sent: ServerRequest, _ hit: FaultHit?, _ requestID: String, _ parts: inout Inbound, _ outbound: Outbound
  ) async throws -> Served {
    let rule = try keyring.rule(for: sent, now: Instant.now() + (hit?.clockOffset ?? 0))
    if let error = hit?.refusal(operations.dialect) {
      var reader = BodyReader(rule: .unsigned)
      _ = try await reader.read(&parts) { _ in }
      return Served(
        name: sent.operation, response: refusal(error, sent, requestID), bytesIn: reader.size, isDrained: true
      )
    }
    try hit?.change(sent, operations)
    let request = hit?.altered(sent, try? operations.bucket(sent.bucket)) ?? sent
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
      var damage = StorageDamage(hit, length: request.contentLength ?? 0)
      try await reader.read(&parts) { try damage.pass($0) { try file.write($0) } }
      let digests = file.finish()
      if let sha256 = digests.sha256, !damage.isSome { try reader.require(sha256) }
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
}
