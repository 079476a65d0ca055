import Foundation
import NIOConcurrencyHelpers
import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

@Suite("answers of HTTP that were damaged", .timeLimit(.minutes(10)))
struct HeadMutationTests {
  static let samples = [
    "HTTP/1.1 200 OK\r\nContent-Length: 11\r\nETag: \"e\"\r\nConnection: keep-alive\r\n\r\nhello world",
    "HTTP/1.1 206 Partial Content\r\ncontent-range: bytes 0-4/11\r\nContent-Length: 5\r\n\r\nhello",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: v\r\n\r\n",
    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nDate: Tue, 02 Jan 2024 03:04:05 GMT\r\n\r\n",
  ].map { Array($0.utf8) }

  static let words = [
    "Content-Length: 5\r\n", "content-length: 99999999999999999999\r\n", "Transfer-Encoding: chunked\r\n",
    "\r\n\r\n",
    "HTTP/1.1 100 Continue\r\n\r\n", "HTTP/1.1 200 OK\r\n\r\n", "ffffffffffffffff\r\n", "-1", " :", "\r\n ",
    "\u{15}\u{3}",
  ]

  static func answer(_ seed: Int) -> String {
    var mutator = Mutator(seed: UInt64(seed), words: words)
    return String(decoding: mutator.damaged(samples), as: UTF8.self)
  }

  /// The one length that the first head announces, found by another reader than ours; nil where there is any doubt.
  static func announced(_ answer: String) -> Int? {
    guard let end = answer.firstRange(of: "\r\n\r\n") else { return nil }
    let lines = answer[..<end.lowerBound].components(separatedBy: "\r\n").dropFirst().map { $0.lowercased() }
    guard !lines.contains(where: { $0.contains("chunked") }) else { return nil }
    let lengths = lines.filter { $0.hasPrefix("content-length:") }
    guard lengths.count == 1 else { return nil }
    return Int(lengths[0].dropFirst("content-length:".count).trimmingCharacters(in: .whitespaces))
  }

  @Test("a damaged one ends as an error or as the bytes that it announces, and never as anything in between")
  func damaged() async throws {
    try await ScriptedServer.run(script: { request in
      let seed = request.head.split(separator: " ").dropFirst().first.flatMap { Int($0.dropFirst()) } ?? 0
      return [.send(Self.answer(seed)), .close]
    }) { server in
      let client = try Sending.client()
      var (whole, refused) = (0, 0)
      for seed in 0..<Mutator.rounds(120, often: 2000) {
        let request = Sending.request(server, .get, "/\(seed)", idle: .seconds(120), total: .seconds(180))
        let answer = Self.answer(seed)
        do throws(StorageError) {
          let text = try await Sending.text(request, with: client)
          whole += 1
          if let length = Self.announced(answer) {
            #expect(text.utf8.count == length, "seed \(seed): \(answer.debugDescription)")
          }
          let isPlain = !answer.lowercased().contains("chunked") && !text.contains("\u{FFFD}")
          #expect(
            !isPlain || Data(answer.utf8).contains(Data(text.utf8)),
            "seed \(seed): \(answer.debugDescription)")
        } catch {
          refused += 1
          #expect(error.code != .timedOut, "seed \(seed): \(answer.debugDescription)")
        }
      }
      #expect(whole > 10 && refused > 10, "\(whole) whole, \(refused) refused")
    }
  }
}
