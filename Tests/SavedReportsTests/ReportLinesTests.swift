import SavedReports
import Testing

@Suite("lines of a report that comes in pieces")
struct ReportLinesTests {
  /// The lines of bytes that come so many at a time.
  private func all(_ bytes: [UInt8], pieces: Int, isZeroTerminated: Bool = false) -> [ReportLines.Next] {
    var lines = ReportLines(isZeroTerminated: isZeroTerminated)
    var found: [ReportLines.Next] = []
    func drain() { while let next = lines.next() { found.append(next) } }
    for start in stride(from: 0, to: bytes.count, by: pieces) {
      bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes { lines.append($0) }
      drain()
    }
    lines.end()
    drain()
    return found
  }

  private func line(_ number: Int64, _ text: String, _ hasReturn: Bool = false, isTerminated: Bool = true)
    -> ReportLines.Next
  {
    .line(
      ReportLine(
        number, Array(text.utf8)[...], endsWithCarriageReturn: hasReturn, isTerminated: isTerminated))
  }

  @Test("the same lines come out however the report is cut into pieces", arguments: [1, 2, 3, 5, 7, 100])
  func pieces(_ count: Int) {
    #expect(all([], pieces: count) == [])
    #expect(
      all(Array("a\r\n\nlonger one\nb".utf8), pieces: count) == [
        line(1, "a", true), line(2, ""), line(3, "longer one"), line(4, "b", isTerminated: false),
      ])
    #expect(
      all(Array("a\nb\r\0\0c".utf8), pieces: count, isZeroTerminated: true) == [
        line(1, "a\nb\r"), line(2, ""), line(3, "c", isTerminated: false),
      ])
  }

  @Test("a mark of UTF-8 is no part of the first line, and half a mark is", arguments: [1, 2, 3, 100])
  func mark(_ count: Int) {
    #expect(all([0xEF, 0xBB, 0xBF, 97, 10], pieces: count) == [line(1, "a")])
    #expect(all([0xEF, 0xBB, 0xBF], pieces: count) == [])
    for bytes: [UInt8] in [[0xEF], [0xEF, 0xBB]] {
      #expect(all(bytes, pieces: count) == [.line(ReportLine(1, bytes[...], isTerminated: false))])
    }
  }

  @Test(
    "a line that is too long is named once, and the next one is whole", arguments: [1000, 1 << 20, 5 << 20])
  func long(_ count: Int) {
    let text = [UInt8](repeating: 97, count: ReportLines.longest + 1)
    #expect(
      all(text + [10] + Array("b\n".utf8) + text + text, pieces: count) == [
        .tooLong(1), line(2, "b"), .tooLong(3),
      ])
    #expect(all(text.dropLast() + [10], pieces: count) == [.line(ReportLine(1, text.dropLast()[...]))])
  }
}
