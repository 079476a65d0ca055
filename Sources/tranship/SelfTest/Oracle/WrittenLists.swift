import Foundation

/// The lists of a report, read as text.
struct WrittenLists {
  /// Keys of the total list, as often as they stand there.
  let total: [String]
  /// The lists that a key stands in, as often as it does: `completed`, `skipped`, or the class of its error.
  let ends: [String: [String]]

  /// Nil where the run wrote no report.
  init?(folder: String, job: String) throws {
    func rows(_ list: String) throws -> [[String]] {
      let text = try String(contentsOfFile: "\(folder)/\(job)_\(list)_list", encoding: .utf8)
      return text.split(separator: "\n").map {
        $0.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
      }
    }
    guard FileManager.default.fileExists(atPath: folder) else { return nil }
    total = try rows("total").map { Self.key($0, 1) }
    var ends: [String: [String]] = [:]
    for row in try rows("completed") { ends[Self.key(row, 0), default: []].append("completed") }
    for row in try rows("skipped") { ends[Self.key(row, 1), default: []].append("skipped") }
    for row in try rows("error") {
      // The description begins with the class.
      let errorClass = row.last?.prefix { $0 != ":" } ?? ""
      ends[Self.key(row, 0), default: []].append(String(errorClass))
    }
    self.ends = ends
  }

  /// A cell that is not there is a key that no side has.
  private static func key(_ row: [String], _ column: Int) -> String {
    guard row.indices.contains(column) else { return "(a row without a key)" }
    return row[column].removingPercentEncoding ?? "(a key that cannot be decoded)"
  }
}
