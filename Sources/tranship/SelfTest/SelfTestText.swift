import Foundation

/// The rows of a self-test for people, for documents and for programs.
enum SelfTestText {
  /// What is the same on every machine, as a row of a Markdown table.
  ///
  /// What has to be noticed stands for all that was: how often what is asked again differs.
  static func markdown(_ result: SelfTestResult) -> String {
    let cells = [
      result.row.title, result.row.noticed.joined(separator: "; "),
      result.ends.first.map(ending) ?? "", result.ends.dropFirst().first.map(ending) ?? "", verdict(result),
    ]
    return "| " + cells.map(escaped).joined(separator: " | ") + " |"
  }

  static let markdownHead = """
    | what goes wrong | what the run notices | how it ends | and without the fault | verdict |
    | --- | --- | --- | --- | --- |
    """

  private static func escaped(_ cell: String) -> String {
    cell.replacing("<", with: "&lt;").replacing("|", with: "\\|")
  }

  private static func verdict(_ result: SelfTestResult) -> String {
    result.objections.isEmpty ? "as it has to be" : "wrong"
  }

  /// Lists and exit status of one run: `10 completed, 1 denied, exit 1`.
  private static func ending(_ end: SelfTestResult.RunEnd) -> String {
    let status = end.status < 0 ? "signal \(-end.status)" : "exit \(end.status)"
    return (end.counts.map { "\($0.keys) \($0.end)" } + [status]).joined(separator: ", ")
  }

  static func lines(_ number: Int, _ result: SelfTestResult, seed: UInt64) -> String {
    let mark = result.objections.isEmpty ? "ok   " : "WRONG"
    let place = String(repeating: " ", count: max(0, 2 - "\(number)".count)) + "\(number)"
    var lines = ["\(mark) \(place)  \(result.row.title)"]
    let fired = result.fired.isEmpty ? [] : ["fired \(result.firedInAll)"]
    let noticed = result.noticed.isEmpty ? [] : ["noticed " + result.noticed.joined(separator: "; ")]
    lines.append((fired + noticed + result.ends.prefix(1).map(ending)).joined(separator: " · "))
    for end in result.ends.dropFirst() { lines.append("without the fault: \(ending(end))") }
    for objection in result.objections {
      lines.append(
        "\(objection.check): expected \(objection.expected.isEmpty ? "none" : objection.expected), got \(objection.got.isEmpty ? "none" : objection.got)"
      )
    }
    if !result.objections.isEmpty {
      lines.append("again: tranship selftest --seed \(seed) --row \(number) --keep")
    }
    return lines.joined(separator: "\n          ")
  }

  static func summary(_ results: [SelfTestResult], seed: UInt64, seconds: Double) -> String {
    let wrong = results.count { !$0.objections.isEmpty }
    let faults = results.reduce(0) { $0 + $1.firedInAll }
    return """

      rows \(results.count), as they have to be \(results.count - wrong), wrong \(wrong); seed \(seed)
      faults that fired \(faults), seconds \(Wording.decimal(seconds, places: 1))
      waits between tries were \(SelfTest.haste) times shorter than in earnest
      """
  }
}

extension SelfTestText {
  private struct Line: Encodable {
    struct End: Encodable {
      var status: Int32
      var objects: [String: Int]
    }

    var row: Int
    var title: String
    var seed: UInt64
    var fired: [String: Int]
    var noticed: [String]
    var ends: [End]
    var isAsExpected: Bool
    var objections: [Objection]
    var seconds: Double
  }

  /// One line of JSON.
  static func json(_ number: Int, _ result: SelfTestResult, seed: UInt64) throws -> String {
    let line = Line(
      row: number, title: result.row.title, seed: seed,
      fired: Dictionary(result.fired.map { ($0.rule, $0.count) }) { $0 + $1 }, noticed: result.noticed,
      ends: result.ends.map { end in
        Line.End(status: end.status, objects: Dictionary(end.counts.map { ($0.end, $0.keys) }) { $0 + $1 })
      }, isAsExpected: result.objections.isEmpty, objections: result.objections,
      seconds: (result.seconds * 1000).rounded() / 1000)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(line), as: UTF8.self)
  }
}
