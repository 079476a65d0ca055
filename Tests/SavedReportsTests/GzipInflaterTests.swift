import SavedReports
import Testing

@Suite("gzip that comes in pieces")
struct GzipInflaterTests {
  private func inflate(_ bytes: [UInt8], pieces: Int, room: Int = 4096) throws(ReportProblem) -> [UInt8] {
    var inflater = try GzipInflater()
    var (out, start) = ([UInt8](), 0)
    var buffer = [UInt8](repeating: 0, count: room)
    while start < bytes.count {
      let piece = Array(bytes[start..<min(start + pieces, bytes.count)])
      var place = 0
      while true {
        let step: Result<(taken: Int, made: Int), ReportProblem> = piece.withUnsafeBytes { input in
          buffer.withUnsafeMutableBytes { output in
            do throws(ReportProblem) {
              return .success(
                try inflater.inflate(UnsafeRawBufferPointer(rebasing: input[place...]), into: output))
            } catch {
              return .failure(error)
            }
          }
        }
        let moved = try step.get()
        place += moved.taken
        out += buffer[..<moved.made]
        if moved.made == 0 && place == piece.count { break }
      }
      start += pieces
    }
    try inflater.finish()
    return out
  }

  private var expected: [UInt8] {
    Array("first\n".utf8) + Array((1...20_000).map { "\($0)\n" }.joined().utf8)
  }

  @Test(
    "members that gzip made, an empty one among them, give what went in", arguments: [1, 7, 1000, 1 << 20])
  func members(_ pieces: Int) throws {
    let bytes = try fixture("gzip/members.gz")
    #expect(try inflate(bytes, pieces: pieces) == expected)
    #expect(try inflate(bytes, pieces: pieces, room: 100) == expected)
  }

  @Test("a changed checksum, length or header, and anything behind the end, is a problem")
  func damaged() throws {
    let bytes = try fixture("gzip/members.gz")
    for place in [bytes.count - 8, bytes.count - 4, 0, 2, bytes.count / 2] {
      var damaged = bytes
      damaged[place] ^= 0x10
      #expect(throws: ReportProblem.self, "\(place)") { try inflate(damaged, pieces: 1000) }
    }
    for tail: [UInt8] in [[0], Array("x".utf8), [0x1F, 0x00], Array(bytes.prefix(5))] {
      #expect(throws: ReportProblem.self, "\(tail)") { try inflate(bytes + tail, pieces: 1000) }
    }
  }

  @Test("data that is cut anywhere but between its members is a problem")
  func cut() throws {
    let bytes = try fixture("gzip/members.gz")
    #expect(throws: ReportProblem.self) { try inflate([], pieces: 1) }
    for length in stride(from: 1, to: bytes.count, by: 997) {
      #expect(throws: ReportProblem.self, "\(length)") {
        try inflate(Array(bytes.prefix(length)), pieces: 1 << 20)
      }
    }
  }
}
