import Foundation
import NIOCore
import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

@Suite("answers that are taken whole", .timeLimit(.minutes(10))) struct WholeAnswerTests {
  private static func read(_ text: String, limit: Int = 1 << 20) -> WholeAnswer.Reading {
    WholeAnswer.read(ByteBuffer(string: text), maximumBody: limit, limits: TransportLimits())
  }

  private static func answer(_ text: String, limit: Int = 1 << 20) -> WholeAnswer? {
    guard case .answer(let answer) = read(text, limit: limit) else { return nil }
    return answer
  }

  private static func isUnusual(_ text: String, limit: Int = 1 << 20) -> Bool {
    if case .unusual = read(text, limit: limit) { true } else { false }
  }

  @Test("status, fields and body are those of the answer, with names in any case")
  func plain() throws {
    let answer = try #require(
      Self.answer("HTTP/1.1 200 OK\r\nETag:  \"e\" \r\nX-Own: v: w\r\nCONTENT-length: 5\r\n\r\nhello"))
    #expect(answer.status == 200)
    #expect(answer.fields["etag"] == "\"e\"")
    #expect(answer.fields["x-own"] == "v: w")
    #expect(answer.fields["X-OWN"] == "v: w")
    #expect(String(buffer: answer.body) == "hello")
    #expect(answer.isReusable)
    #expect(Self.answer("HTTP/1.1 204 No Content\r\n\r\n")?.status == 204)
    #expect(
      Self.answer("HTTP/1.1 503 Slow Down\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")?.isReusable
        == false)
    let chunked =
      "HTTP/1.1 404 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\nA\r\n, and more\r\n0\r\n\r\n"
    #expect(Self.answer(chunked).map { String(buffer: $0.body) } == "hello, and more")
  }

  @Test("until its last byte is here an answer is not read")
  func pieces() throws {
    for text in [
      "HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 5\r\n\r\nhello",
      "HTTP/1.1 503 X\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
    ] {
      let bytes = Array(text.utf8)
      for end in 0..<bytes.count {
        let reading = WholeAnswer.read(
          ByteBuffer(bytes: bytes[..<end]), maximumBody: 100, limits: TransportLimits())
        guard case .more(let enough) = reading else {
          Issue.record("\(end) of \(bytes.count) bytes")
          continue
        }
        // What it asks for is what is there in the end, or nothing that is known.
        #expect(enough.map { $0 == bytes.count } ?? true)
      }
      #expect(Self.answer(text) != nil)
    }
  }

  @Test(
    "whatever leaves a doubt is for ordinary calls",
    arguments: [
      "HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 200\nContent-Length: 2\n\nok",
      "HTTP/1.1 2000 OK\r\nContent-Length: 2\r\n\r\nok", "HTTP/1.1 100 Continue\r\n\r\n",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\nuntil the end",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok, and more",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nok\r\n0\r\n\r\n",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX: y\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: -2\r\n\r\nok", "HTTP/1.1 200 OK\r\nContent-Length: 0x2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n folded: x\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nName : x\r\nContent-Length: 2\r\n\r\nok",
      "HTTP/1.1 200 OK\r\nX: a\u{1}b\r\nContent-Length: 2\r\n\r\nok", "220 ready for FTP\r\n",
      "HTTP/1.1 200 OK\r\nX: \(String(repeating: "x", count: 70_000))",
      "HTTP/1.1 200 OK\r\n" + HostileServerTests.fields(101) + "Content-Length: 2\r\n\r\nok",
    ])
  func doubtful(_ text: String) { #expect(Self.isUnusual(text), "\(text.debugDescription)") }

  @Test("a body that is longer than anything that is expected is not read")
  func long() {
    #expect(Self.isUnusual("HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", limit: 100))
    #expect(
      Self.isUnusual(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n60\r\n\(String(repeating: "x", count: 96))\r\n60\r\n",
        limit: 100))
  }

  /// NIO's decoder, which ordinary calls use, is the other reader.
  @Test("what is read of a damaged answer is what ordinary calls read of it")
  func damaged() async throws {
    try await ScriptedServer.run(script: { request in
      let seed = request.head.split(separator: " ").dropFirst().first.flatMap { Int($0.dropFirst()) } ?? 0
      return [.send(HeadMutationTests.answer(seed)), .close]
    }) { server in
      let client = try Sending.client()
      var (taken, checked) = (0, 0)
      for seed in 0..<Mutator.rounds(400, often: 40_000) {
        guard let answer = Self.answer(HeadMutationTests.answer(seed)) else { continue }
        taken += 1
        let request = Sending.request(server, .get, "/\(seed)", idle: .seconds(120), total: .seconds(180))
        do throws(StorageError) {
          let ordinary = try await client.send(request, on: nil)
          let body = try await ordinary.body.collect(upTo: 1 << 20)
          #expect(ordinary.status == answer.status, "seed \(seed)")
          #expect(body == answer.body, "seed \(seed)")
          let fields = ordinary.fields.all.map { "\($0.name.lowercased()): \($0.value)" }
          #expect(fields == answer.fields.all.map { "\($0.name.lowercased()): \($0.value)" }, "seed \(seed)")
          checked += 1
        } catch {
          Issue.record(
            "seed \(seed): ordinary calls refuse it: \(error): \(HeadMutationTests.answer(seed).debugDescription)"
          )
        }
      }
      #expect(taken > 20 && checked == taken, "\(taken) taken, \(checked) checked")
    }
  }
}
