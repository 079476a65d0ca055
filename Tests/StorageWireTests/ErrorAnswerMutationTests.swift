import Foundation
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

@Suite("error documents that were damaged", .timeLimit(.minutes(2)))
struct ErrorAnswerMutationTests {
  static let words = [
    "<Code>", "</Code>", "<Error>", "</Error>", "<!DOCTYPE x [<!ENTITY k \"NoSuchKey\">]>", "&k;",
    "<![CDATA[", "]]>",
    "&#8;", "\u{1b}[2J", "\u{202e}", "<Message>", "</Message>", "ExpiredToken",
  ]

  static func samples() throws -> [[UInt8]] {
    try ["s3-signature", "s3-missing", "oss-denied"].map { Array(try Fixtures.data("answers/\($0).xml")) }
  }

  @Test("good documents say what they say")
  func good() throws {
    let codes = try Self.samples().map { ErrorAnswer(document: $0).code }
    #expect(codes == ["SignatureDoesNotMatch", "NoSuchKey", "AccessDenied"])
  }

  @Test(
    "a damaged one never traps, never names a code that does not stand in it, and never reaches a terminal raw"
  )
  func damaged() throws {
    let samples = try Self.samples()
    var (read, silent) = (0, 0)
    for seed in 0..<5000 {
      var mutator = Mutator(seed: UInt64(seed), words: Self.words)
      let bytes = mutator.damaged(samples)
      let answer = ErrorAnswer(document: bytes)
      if let code = answer.code {
        read += 1
        let text = String(decoding: bytes, as: UTF8.self)
        // What is written in another way than as itself is not told apart here.
        let isPlain = !text.contains("&") && !text.contains("<![CDATA[") && !text.contains("<!--")
        #expect(!isPlain || text.contains(code), "seed \(seed): \(code)")
      } else {
        silent += 1
      }
      let error = answer.storageError(status: 403, requestID: nil, retryAfter: nil)
      #expect(error.message.utf8.count < 4000, "seed \(seed)")
      let isShown = error.message.unicodeScalars.allSatisfy {
        $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) && $0.value != 0x202E
      }
      #expect(isShown, "seed \(seed): \(error.message.debugDescription)")
    }
    #expect(read > 200 && silent > 1000, "\(read) read, \(silent) silent")
  }
}
