import AuditLedger
import ObjectStorage

/// Where the objects came from and went to, and the runs that moved them.
struct RunSection {
  private let summary: Summary

  init(_ summary: Summary) {
    self.summary = summary
  }

  var markup: Markup {
    """
    <section>
    <h2>The job and its runs</h2>
    <table>
    <thead><tr><th scope="col">Side</th><th scope="col">Address</th><th scope="col">Endpoint</th>\
    <th scope="col">Region</th></tr></thead>
    <tbody>
    \(side("source", summary.job.source))\(side("destination", summary.job.destination))</tbody>
    </table>
    <table>
    <thead><tr><th scope="col" class="n">Run</th><th scope="col">Command</th><th scope="col">Started</th>\
    <th scope="col">Ended</th><th scope="col" class="n">Time</th><th scope="col">State</th>\
    <th scope="col">tranship</th></tr></thead>
    <tbody>
    \(summary.runs.map(run))</tbody>
    </table>
    \(filters)\(settings)\
    <dl>
    <div><dt>Sent</dt><dd>\(shownSize(summary.counted.bytesSent))</dd></div>
    <div><dt>Time of all runs</dt><dd>\(shownDuration(milliseconds: summary.runMilliseconds))</dd></div>
    <div><dt>Speed</dt><dd>\(summary.mebibytesPerSecond.map { "\($0) MiB/s" } ?? "not measured")</dd></div>
    <div><dt>Rate</dt><dd>\(summary.objectsPerSecond.map { "\($0) objects/s" } ?? "not measured")</dd></div>
    </dl>
    </section>
    """
  }

  /// Nothing where every run took all that it found.
  private var filters: Markup {
    let filtered = summary.runs.compactMap { run in summary.filters[run.id].map { (run.id, $0) } }
    guard !filtered.isEmpty else { return "" }
    let rows: [Markup] = filtered.map { run, text in
      """
      <tr><td class="n">\(run)</td><td class="key"><bdi>\(shownSafely(text))</bdi></td></tr>

      """
    }
    return """
      <table>
      <thead><tr><th scope="col" class="n">Run</th><th scope="col">Filters</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>

      """
  }

  /// Nothing where no run wrote its settings down.
  private var settings: Markup {
    let rows: [Markup] = summary.runs.compactMap { run in
      guard let settings = summary.measures.settings[run.id] else { return nil }
      let text = settings.map { "\($0.name): \($0.value)" }.joined(separator: "; ")
      return """
        <tr><td class="n">\(run.id)</td><td><bdi>\(shownSafely(text))</bdi></td></tr>

        """
    }
    guard !rows.isEmpty else { return "" }
    return """
      <table>
      <thead><tr><th scope="col" class="n">Run</th><th scope="col">Settings</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>

      """
  }

  private func side(_ name: String, _ side: JobSide) -> Markup {
    """
    <tr><th scope="row">\(name)</th><td class="key"><bdi>\(shownSafely(side.url))</bdi></td>\
    <td class="key">\(shownSafely(side.endpoint))</td><td>\(shownSafely(side.region))</td></tr>

    """
  }

  private func run(_ run: RunRecord) -> Markup {
    let span = run.endedAt.map { $0.millisecondsSinceEpoch - run.startedAt.millisecondsSinceEpoch }
    let state =
      run.message.isEmpty ? run.state.rawValue : "\(run.state.rawValue): \(shownSafely(run.message))"
    return """
      <tr><td class="n">\(run.id)</td><td>\(shownSafely(run.command))</td>\
      <td class="time">\(run.startedAt.spaced)</td><td class="time">\(run.endedAt?.spaced ?? "")</td>\
      <td class="n">\(span.map { shownDuration(milliseconds: max(0, $0)) } ?? "")</td><td>\(state)</td>\
      <td>\(shownSafely(run.toolVersion))</td></tr>

      """
  }
}
