import Foundation
import Testing

@testable import SavedReports

/// Writes down what a reader finds.
private struct Notes: JSONConsumer {
  var text = ""

  mutating func take(
    _ event: JSONEvent, _ bytes: ArraySlice<UInt8>, depth: Int, line: Int64
  ) throws(ReportProblem) {
    let word = String(decoding: bytes, as: UTF8.self)
    switch event {
    case .beginObject: text += "{"
    case .endObject: text += "}"
    case .beginArray: text += "["
    case .endArray: text += "]"
    case .name: text += "\(word):"
    case .string: text += "'\(word)' "
    case .number: text += "\(word) "
    case .yes: text += "yes "
    case .no: text += "no "
    case .null: text += "null "
    }
  }
}

@Suite("JSON that comes in pieces")
struct JSONReaderTests {
  private func notes(_ bytes: [UInt8], pieces: Int) throws(ReportProblem) -> String {
    var (reader, notes) = (JSONReader(), Notes())
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      let fed: Result<Void, ReportProblem> = bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes {
        piece in
        do throws(ReportProblem) { return .success(try reader.feed(piece, &notes)) } catch {
          return .failure(error)
        }
      }
      try fed.get()
    }
    try reader.finish(&notes)
    return notes.text
  }

  static let good: [(text: String, says: String)] = [
    ("", ""), (" \n", ""), ("{}", "{}"), ("[]", "[]"), ("[[],{}]", "[[]{}]"), ("1", "1 "), ("1 2", "1 2 "),
    (#"{"a":1,"b":[true,false,null]}{"c":"d"}"#, "{a:1 b:[yes no null ]}{c:'d' }"),
    (#"["\"\\\/\b\f\n\r\t"]"#, "['\"\\/\u{8}\u{c}\n\r\t' ]"),
    (#"["\u0041\u00e9\u65e5\uD83D\uDE00\u0000"]"#, "['Aé日😀\u{0}' ]"),
    (#"["é日😀\#u{7f}"]"#, "['é日😀\u{7f}' ]"), (#"[-0,-1.5e+3,0.25E-2,10]"#, "[-0 -1.5e+3 0.25E-2 10 ]"),
    (#"{"":""}"#, "{:'' }"),
  ]

  @Test("what JSON says is said again, however it is cut into pieces", arguments: good)
  func each(_ row: (text: String, says: String)) throws {
    for pieces in [1, 2, 3, 7, 1000] {
      #expect(try notes(Array(row.text.utf8), pieces: pieces) == row.says, "\(pieces)")
    }
  }

  static let bad = [
    "{", "[", "[1", "[1,", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,", "\"a", "\"a\\", "\"a\\u00", "tru",
    "[1,]", "{\"a\":1,}", "{a:1}", "{\"a\" 1}", "{1:2}", "[1 2]", "[,]", "]", "}", "[}", "{]", ":", ",",
    "[01]", "[+1]", "[1.]", "[.5]", "[1e]", "[--1]", "[0x1]", "[NaN]", "[nul]", "[truefalse]",
    "[\"\\x\"]", "[\"\\u12g4\"]", "[\"\u{1}\"]", "[\"a\nb\"]", "'a'", "[1]x", "/**/[]",
    #"["\ud83d"]"#, #"["\ude00"]"#, #"["\ud83dx"]"#, #"["\ud83d\u0041"]"#, #"["\ud83d\n"]"#,
    String(repeating: "[", count: 40), "[" + String(repeating: "1", count: 100) + "]",
  ]

  @Test("what is no JSON is a problem, however it is cut into pieces", arguments: bad)
  func eachBad(_ text: String) {
    for pieces in [1, 2, 1000] {
      #expect(throws: ReportProblem.self, "\(pieces)") { try notes(Array(text.utf8), pieces: pieces) }
    }
  }

  @Test("bytes that are no UTF-8 are a problem in a text and outside of one")
  func notUTF8() {
    for bytes: [UInt8] in [
      [0xFF], Array("[\"".utf8) + [0xC3, 0x28] + Array("\"]".utf8), [0xED, 0xA0, 0x80],
    ] {
      #expect(throws: ReportProblem.self) { try notes(bytes, pieces: 1) }
    }
    let long = Array("[\"".utf8) + [UInt8](repeating: 97, count: 2 << 20) + Array("\"]".utf8)
    #expect(throws: ReportProblem.self) { try notes(long, pieces: 1 << 16) }
  }

  @Test("mutations of a good text are read as Foundation reads them, or refused by both")
  func mutations() throws {
    var numbers = SeededNumbers(state: 7)
    let good = Array(
      #"{"Contents":[{"Key":"a\u00e9\"b","Size":12,"ETag":null},{"Key":"c","Size":-1.5e3}],"x":true}"#.utf8)
    for _ in 0..<3000 {
      var bytes = good
      for _ in 0...Int.random(in: 0...2, using: &numbers) {
        let place = Int.random(in: 0..<bytes.count, using: &numbers)
        switch Int.random(in: 0...2, using: &numbers) {
        case 0: bytes[place] = UInt8.random(in: 0...255, using: &numbers)
        case 1: bytes.remove(at: place)
        default: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &numbers)], at: place)
        }
      }
      let ours = try? notes(bytes, pieces: 13)
      // One value alone is what Foundation reads.
      let theirs = try? JSONSerialization.jsonObject(with: Data(bytes))
      if ours != nil, theirs == nil {
        Issue.record("taken for JSON: \(String(decoding: bytes, as: UTF8.self))")
      }
    }
  }
}
