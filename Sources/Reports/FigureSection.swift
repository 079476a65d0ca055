import AuditLedger
import ObjectStorage

/// What a reader wants to know first, in large figures.
struct FigureSection {
  private let summary: Summary

  init(_ summary: Summary) {
    self.summary = summary
  }

  var markup: Markup {
    """
    <section class="figures">
    <dl>
    \(figures.map(tile))</dl>
    </section>
    """
  }

  private struct Figure {
    var name: String
    var value: String
    var under: String
    var isBad = false

    init(_ name: String, _ value: String, _ under: String, isBad: Bool = false) {
      self.name = name
      self.value = value
      self.under = under
      self.isBad = isBad
    }
  }

  private var figures: [Figure] {
    let (completed, error) = (summary.share(.completed), summary.share(.error))
    var figures = [
      Figure("proven equal", grouped(completed.objects), "of \(grouped(summary.total.objects)) objects"),
      Figure(
        "errors", grouped(error.objects), error.objects == 0 ? "the list is empty" : shownSize(error.bytes),
        isBad: error.objects > 0),
      Figure("proven bytes", shownSize(completed.bytes), "of \(shownSize(summary.total.bytes))"),
    ]
    if summary.runMilliseconds > 0 {
      let runs = summary.runs.count
      figures.append(
        Figure(
          "time", shownDuration(milliseconds: summary.runMilliseconds),
          "\(runs) \(runs == 1 ? "run" : "runs")"
        ))
    }
    if summary.counted.bytesSent > 0, let speed = summary.mebibytesPerSecond {
      figures.append(
        Figure("speed", "\(speed) MiB/s", summary.objectsPerSecond.map { "\($0) objects/s" } ?? ""))
    }
    return figures
  }

  private func tile(_ figure: Figure) -> Markup {
    let value: Markup = figure.isBad ? "<dd class=\"bad\">" : "<dd>"
    return """
      <div><dt>\(figure.name)</dt>\(value)\(figure.value)<small>\(figure.under)</small></dd></div>

      """
  }
}
