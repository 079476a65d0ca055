import AuditLedger
import ObjectStorage

/// How fast the bytes came, and which objects took longest.
struct SpeedSection {
  private let summary: Summary

  init(_ summary: Summary) {
    self.summary = summary
  }

  /// Nothing where no run moved anything.
  var markup: Markup {
    let chart = ThroughputChart(summary.measures.samples, summary.runs)
    let drawn = chart.markup(milliseconds: summary.runMilliseconds)
    guard drawn != nil || summary.speedSentence != nil else { return slowest }
    return """
      <section>
      <h2>Throughput</h2>
      <p>\(sentence)</p>
      \(drawn.map { $0 + note(chart) } ?? "")</section>
      \(slowest)
      """
  }

  private func note(_ chart: ThroughputChart) -> Markup {
    """
    <p class="note">Bytes that came from the source, repeats included, a bar for every \
    \(chart.spanSeconds == 1 ? "second" : shownDuration(milliseconds: chart.spanSeconds * 1000)); \
    the time between runs is left out. <code>\(ThroughputTable.name)</code> has every second.</p>

    """
  }

  private var sentence: Markup {
    let measures = summary.measures
    var text = summary.speedSentence.map { "\($0) (binary units)." } ?? "No run has ended yet."
    if let peak = measures.peakBytes, let most = measures.peakObjects {
      text += " At most \(shownSize(peak)) and \(grouped(most)) objects in one second."
    }
    return "\(text)"
  }

  private var slowest: Markup {
    guard !summary.slowest.isEmpty else { return "" }
    return """
      <section>
      <h2>Slowest objects</h2>
      <table>
      <thead><tr><th scope="col">Key</th><th scope="col" class="n">Bytes</th><th scope="col" class="n">Time</th>\
      <th scope="col" class="n">Tries</th><th scope="col">List</th></tr></thead>
      <tbody>
      \(summary.slowest.map(row))</tbody>
      </table>
      </section>

      """
  }

  private func row(_ object: Summary.Slow) -> Markup {
    """
    <tr><td class="key"><bdi>\(object.key.shown)</bdi></td><td class="n">\(object.size)</td>\
    <td class="n">\(shownLatency(microseconds: object.milliseconds * 1000))</td><td class="n">\(Int64(object.tries))</td>\
    <td>\(object.list.rawValue)</td></tr>

    """
  }
}
