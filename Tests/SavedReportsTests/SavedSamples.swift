import Foundation
import ObjectStorage
import SavedReports
import StorageTesting

/// Feeds a reader as a file would, in pieces of one length; gives what it found.
func read(
  _ bytes: [UInt8], _ reader: some SavedReader, pieces: Int = 1 << 16
) throws(ReportProblem) -> (rows: SavedRows, pages: [SavedPage]) {
  var reader = reader
  for start in stride(from: 0, to: bytes.count, by: pieces) {
    let fed: Result<Void, ReportProblem> = bytes[start..<min(start + pieces, bytes.count)].withUnsafeBytes {
      piece in
      do throws(ReportProblem) { return .success(try reader.feed(piece)) } catch { return .failure(error) }
    }
    try fed.get()
  }
  try reader.finish()
  return (reader.rows, reader.pages)
}

func read(_ text: String, _ reader: some SavedReader) throws(ReportProblem) -> SavedRows {
  try read(Array(text.utf8), reader).rows
}

/// The cause of the problem that a text has for a reader; nil where it has none.
func cause(_ text: String, _ reader: some SavedReader) -> String? {
  do throws(ReportProblem) {
    _ = try read(text, reader)
    return nil
  } catch {
    return error.cause
  }
}

/// The keys that are hard to carry, but for those with a NUL, which no store takes.
enum HostileKeys {
  private struct File: Decodable {
    struct Vector: Decodable {
      var key: String
      var machine: String
    }

    var vectors: [Vector]
  }

  static func all() throws -> [ObjectKey] {
    try Fixtures.decode(File.self, "hostile_keys.json").vectors.map { ObjectKey($0.key) }
      .filter { !$0.bytes.contains(0) }
  }
}

func fixture(_ name: String) throws -> [UInt8] { Array(try Fixtures.data("inventory/\(name)")) }

/// The same numbers in every run, after SplitMix64.
struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
