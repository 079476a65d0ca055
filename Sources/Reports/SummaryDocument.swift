import AuditLedger
import ObjectStorage

/// The summary for programs: `summary.json`, one object, members in a fixed order.
struct SummaryDocument {
  static let name = "summary.json"
  private static let format = "tranship-summary-1"

  private let summary: Summary

  init(_ summary: Summary) {
    self.summary = summary
  }

  var text: String {
    """
    {
      "format": \(jsonText(Self.format)),
      "outcome": \(jsonText(Outcome(summary).sentence)),
      "metrics": {
    \(joined(SummaryTable(summary).rows.map(metric), "    "))
      },
      "runs": [
    \(joined(summary.runs.map(run), "    "))
      ],
      "requests": [
    \(joined(summary.measures.operations.map(operation), "    "))
      ],
      "refusals": [
    \(joined(summary.measures.refusals.map { refusal($0.side, $0.total) }, "    "))
      ],
      "slowest": [
    \(joined(summary.slowest.map(slow), "    "))
      ]
    }

    """
  }

  private func joined(_ members: [String], _ indent: String) -> String {
    members.map { indent + $0 }.joined(separator: ",\n")
  }

  private func metric(_ row: SummaryTable.Row) -> String {
    let value = row.unit.isEmpty || row.value.isEmpty ? nullable(row.value, jsonText) : row.value
    let unit = row.unit.isEmpty ? "" : ", \"unit\": \(jsonText(row.unit))"
    return "\(jsonText(row.name)): {\"value\": \(value)\(unit)}"
  }

  /// What is not known is null.
  private func nullable(_ text: String, _ shown: (String) -> String) -> String {
    text.isEmpty ? "null" : shown(text)
  }

  private func run(_ run: RunRecord) -> String {
    let settings = (summary.measures.settings[run.id] ?? []).map {
      "\(jsonText($0.name)): \(jsonText($0.value))"
    }
    return member([
      ("run", String(run.id)), ("command", jsonText(run.command)), ("state", jsonText(run.state.rawValue)),
      ("started_at", jsonText(run.startedAt.iso8601)),
      ("ended_at", run.endedAt.map { jsonText($0.iso8601) } ?? "null"), ("message", jsonText(run.message)),
      ("tool_version", jsonText(run.toolVersion)), ("filters", jsonText(summary.filters[run.id] ?? "")),
      ("settings", "{\(settings.joined(separator: ", "))}"),
    ])
  }

  private func operation(_ operation: Measures.Operation) -> String {
    func time(_ permille: Int64) -> String {
      operation.latencies.microseconds(atPermille: permille).map(String.init) ?? "null"
    }
    return member([
      ("side", jsonText(operation.side.rawValue)), ("operation", jsonText(operation.operation.rawValue)),
      ("requests", String(operation.requests)), ("failed", String(operation.failed)),
      ("p50_us", time(500)), ("p90_us", time(900)), ("p99_us", time(990)), ("longest_us", time(1000)),
    ])
  }

  private func refusal(_ side: Side, _ total: RequestTotal) -> String {
    member([
      ("side", jsonText(side.rawValue)), ("operation", jsonText(total.operation.rawValue)),
      ("code", jsonText(total.code)), ("requests", String(total.requests)),
    ])
  }

  private func slow(_ object: Summary.Slow) -> String {
    member([
      ("key", jsonText(object.key.percentEncoded)), ("size", String(object.size)),
      ("milliseconds", String(object.milliseconds)), ("tries", String(object.tries)),
      ("list", jsonText(object.list.rawValue)),
    ])
  }

  private func member(_ pairs: [(name: String, value: String)]) -> String {
    "{\(pairs.map { "\(jsonText($0.name)): \($0.value)" }.joined(separator: ", "))}"
  }
}
