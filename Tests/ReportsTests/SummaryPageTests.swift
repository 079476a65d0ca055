import AuditLedger
import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import Reports

@Suite struct SummaryPageTests {
  let folder: ScratchFolder

  init() throws { folder = try ScratchFolder() }

  private func page(_ endings: [(ObjectKey, Ending)]) async throws -> String {
    let ledger = try await makeLedger(in: folder, endings)
    let files = try await writeReport(
      ledger: ledger, to: folder.path + "/\(UUID().uuidString)", toolVersion: "0.1.0")
    return try contents(files.summaryHTML)
  }

  /// The tags of a page in their order, attributes included, as a parser that knows nothing of keys sees them.
  private func tags(_ html: String) -> [String] {
    html.split(separator: "<").dropFirst().map { String($0.prefix { $0 != ">" }) }
  }

  @Test("no key, message or request id becomes markup")
  func markup() async throws {
    let keys = try HostileKeys.read().map(\.key)
    var hostile: [(ObjectKey, Ending)] = []
    var harmless: [(ObjectKey, Ending)] = []
    for (index, key) in keys.enumerated() {
      let errorClass = ErrorClass.allCases[index % ErrorClass.allCases.count]
      hostile.append((ObjectKey(key), .error(errorClass, key)))
      harmless.append((ObjectKey("key-\(1000 + index)"), .error(errorClass, "message")))
    }
    #expect(tags(try await page(hostile)) == tags(try await page(harmless)))
  }

  @Test(
    "a key is shown as its documented spelling", arguments: try HostileKeys.read().map { ($0.key, $0.html) })
  func spelling(_ key: String, _ html: String) async throws {
    #expect(Markup.escaped(ObjectKey(key).shown) == html)
    #expect(try await page([(ObjectKey(key), .error(.failed, "x"))]).contains("<bdi>\(html)</bdi>"))
  }

  @Test("the page runs nothing, loads nothing, and its policy allows its own style alone")
  func policy() async throws {
    let html = try await page([(ObjectKey("a"), .pending)])
    let names = Set(tags(html).map { String($0.prefix { $0 != " " }) })
    for name in ["script", "link", "img", "iframe", "a", "object", "form", "base"] {
      #expect(!names.contains(name))
    }
    for tag in tags(html) {
      for attribute in [" style=", " on", " src=", " href="] { #expect(!tag.contains(attribute)) }
    }
    let style = try #require(
      html.components(separatedBy: "<style>").last?.components(separatedBy: "</style>").first)
    let digest = try await sha256(Data(style.utf8)).base64EncodedString()
    #expect(html.contains("content=\"default-src 'none'; style-src 'sha256-\(digest)'\""))
  }

  /// The digest by the system's own program.
  private func sha256(_ data: Data) async throws -> Data {
    let file = folder.path + "/hashed"
    try data.write(to: URL(fileURLWithPath: file))
    let said = try await Subprocess("/usr/bin/sha256sum", [file], in: TemporaryFolder()).run().stdout
    let digits = Array(said.utf8.prefix(64))
    return Data(
      stride(from: 0, to: digits.count, by: 2).compactMap {
        UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
      })
  }

  struct SentenceCase: Sendable, CustomTestStringConvertible {
    var name: String
    var completed = 0
    var streamed = 0
    var errors = 0
    var skipped = 0
    var pending = 0
    var sentence: String
    var level: String

    var testDescription: String { name }

    var endings: [(ObjectKey, Ending)] {
      var endings: [Ending] = Array(repeating: .completed(.endToEnd, [crc64], sent: true), count: completed)
      endings += Array(repeating: .completed(.streamed, [crc64], sent: true), count: streamed)
      endings += Array(repeating: .error(.failed, "x"), count: errors)
      endings += Array(repeating: .skipped("filtered"), count: skipped)
      endings += Array(repeating: .pending, count: pending)
      return endings.enumerated().map { (ObjectKey("k\(100 + $0.offset)"), $0.element) }
    }
  }

  static let sentences = [
    SentenceCase(
      name: "nothing", sentence: "The source&#39;s listing is empty: there was nothing to move.",
      level: "proven"),
    SentenceCase(
      name: "one", completed: 1,
      sentence: "The one object is at the destination, proven equal byte for byte.",
      level: "proven"),
    SentenceCase(
      name: "all", completed: 3,
      sentence: "All 3 objects are at the destination, proven equal byte for byte.",
      level: "proven"),
    SentenceCase(
      name: "stored as received", completed: 1, streamed: 2,
      sentence:
        "All 3 objects are at the destination, proven equal: 1 to the source&#39;s own digest, and 2 stored as received; no source digest.",
      level: "proven"),
    SentenceCase(
      name: "skipped", completed: 2, skipped: 1,
      sentence: "2 of 3 objects are proven equal at the destination; 1 was left out for a stated reason.",
      level: "proven"),
    SentenceCase(
      name: "errors", completed: 1, errors: 2,
      sentence:
        "1 of 3 objects is proven equal at the destination; 2 ended in an error and must be looked at.",
      level: "not proven"),
    SentenceCase(
      name: "stopped", completed: 1, pending: 2,
      sentence: "1 of 3 objects is proven equal at the destination; 2 were not reached yet.",
      level: "not finished"),
  ]

  @Test("the headline says the outcome in one sentence", arguments: sentences)
  func headline(_ example: SentenceCase) async throws {
    let html = try await page(example.endings)
    #expect(html.contains(example.sentence))
    #expect(html.contains("<strong>\(example.level)</strong>"))
    let total = example.endings.count
    #expect(
      html.contains(
        "\(example.completed + example.streamed) completed + \(example.errors) error + \(example.skipped) skipped + \(example.pending) pending = \(total) total: <span class=\"good\">balanced</span>"
      ))
  }

  @Test("every error class says what it means and what to do")
  func advice() async throws {
    let html = try await page(
      ErrorClass.allCases.enumerated().map { (ObjectKey("k\(100 + $0.offset)"), .error($0.element, "cause")) }
    )
    for errorClass in ErrorClass.allCases {
      #expect(html.contains("<h3>\(errorClass.rawValue) <span"))
      #expect(html.contains(Markup.escaped(errorClass.advice)))
    }
  }

  @Test("the page stays small: the first rows of a class and how many more there are")
  func excerpt() async throws {
    let html = try await page((0..<500).map { (ObjectKey("k\(1000 + $0)"), .error(.failed, "cause")) })
    #expect(html.contains("k1019") && !html.contains("k1020"))
    #expect(html.contains("And 480 more in the list."))
  }
}
