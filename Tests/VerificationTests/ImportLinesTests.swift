import Foundation
import ObjectStorage
import SavedReports
import StorageTesting
import Testing
import Verification

@Suite("lines of a file")
struct ImportLinesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func all(_ bytes: [UInt8], isZeroTerminated: Bool = false) throws -> [EvidenceLines.Next] {
    let path = "\(folder.path)/\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var lines = try EvidenceLines(path, isZeroTerminated: isZeroTerminated)
    var found: [EvidenceLines.Next] = []
    while true {
      let next = try lines.next()
      if next == .end { return found }
      found.append(next)
    }
  }

  private func line(
    _ number: Int64, _ text: String, hasReturn: Bool = false, isTerminated: Bool = true
  ) -> EvidenceLines.Next {
    .line(
      ReportLine(
        number, Array(text.utf8)[...], endsWithCarriageReturn: hasReturn, isTerminated: isTerminated))
  }

  @Test("terminators, carriage returns, a mark of UTF-8 and a missing last terminator")
  func small() throws {
    #expect(try all([]) == [])
    #expect(try all(Array("a\n\nb".utf8)) == [line(1, "a"), line(2, ""), line(3, "b", isTerminated: false)])
    #expect(
      try all(Array("a\r\nb\r".utf8)) == [
        line(1, "a", hasReturn: true), line(2, "b", hasReturn: true, isTerminated: false),
      ])
    #expect(try all([0xEF, 0xBB, 0xBF] + Array("a\n".utf8)) == [line(1, "a")])
    #expect(try all(Array("a\nb\r\0c\0".utf8), isZeroTerminated: true) == [line(1, "a\nb\r"), line(2, "c")])
  }

  @Test(
    "lines up to the limit are whole, wherever the pieces of reading end; longer ones are named and passed over"
  )
  func long() throws {
    var bytes: [UInt8] = []
    var lengths: [Int] = []
    for length in [
      1, 262_143, 262_144, 262_145, ReportLines.longest, 0, ReportLines.longest + 1, 5, 3 << 20, 7,
    ] {
      lengths.append(length)
      bytes += [UInt8](repeating: UInt8(ascii: "x"), count: length) + [UInt8(ascii: "\n")]
    }
    bytes += [UInt8](repeating: UInt8(ascii: "y"), count: 2 << 20)
    let found = try all(bytes)
    #expect(found.count == lengths.count + 1)
    for (index, length) in lengths.enumerated() {
      let number = Int64(index) + 1
      if length > ReportLines.longest {
        #expect(found[index] == .tooLong(number))
      } else {
        #expect(found[index] == line(number, String(repeating: "x", count: length)))
      }
    }
    #expect(found.last == .tooLong(Int64(lengths.count) + 1))
  }

  @Test("a file that is not there, and a folder, are errors that name them")
  func unreadable() {
    for path in ["\(folder.path)/none", folder.path] {
      let error = #expect(throws: StorageError.self) { _ = try EvidenceLines(path).head.count }
      #expect(error?.code == .localFault && error?.message.contains(path) == true)
    }
  }
}
