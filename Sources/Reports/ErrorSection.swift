import AuditLedger
import ObjectStorage

/// The keys that are not proven: by class, with the first of each, and what to do.
struct ErrorSection {
  private let summary: Summary

  init(_ summary: Summary) {
    self.summary = summary
  }

  var markup: Markup { "\(errors)\(pending)\(skipped)" }

  private var errors: Markup {
    guard summary.share(.error).objects > 0 else {
      return "<section>\n<h2>Errors</h2>\n<p>The error list is empty.</p>\n</section>\n"
    }
    return """
      <section>
      <h2>Errors</h2>
      <p>The file <code>\(summary.job.name)_error_list</code> names every one.</p>
      \(ErrorClass.allCases.filter { summary.errors[$0] != nil }.map(block))
      </section>

      """
  }

  private func block(_ errorClass: ErrorClass) -> Markup {
    let count = summary.errors[errorClass]?.objects ?? 0
    let rows = summary.firstErrors[errorClass] ?? []
    return """
      <h3>\(errorClass.rawValue) <span class="count">\(count)</span></h3>
      <p>\(errorClass.meaning) <strong>\(errorClass.advice)</strong></p>
      <table class="rows">
      <thead><tr><th scope="col">Key</th><th scope="col" class="n">Bytes</th><th scope="col">What happened</th>\
      <th scope="col">Ended</th><th scope="col">Request ids</th></tr></thead>
      <tbody>
      \(rows.map(row))
      </tbody>
      </table>
      \(more(count - Int64(rows.count)))
      """
  }

  private func row(_ row: ObjectRow) -> Markup {
    """
    <tr><td class="key"><bdi>\(row.source.key.shown)</bdi></td><td class="n">\(row.source.size)</td>\
    <td>\(shownSafely(row.message))</td><td class="time">\(row.endedAt?.spaced ?? "")</td>\
    <td class="key">\(shownSafely(row.requestIDs.joined(separator: " ")))</td></tr>

    """
  }

  private func more(_ count: Int64) -> Markup {
    count > 0 ? "<p>And \(count) more in the list.</p>\n" : ""
  }

  /// Why there is something left to do.
  private var reason: String {
    switch summary.runs.last?.state {
    case .running: "the run was still going on when this was written"
    case .stopped: "the run was stopped"
    case .finished, nil: "no run has come to \(summary.share(.pending).objects == 1 ? "it" : "them") yet"
    }
  }

  private var pending: Markup {
    let count = summary.share(.pending).objects
    guard count > 0 else { return "" }
    let keys = summary.firstPending.map {
      "<li class=\"key\"><bdi>\($0.source.key.shown)</bdi></li>\n" as Markup
    }
    return """
      <section>
      <h2>Pending</h2>
      <p>\(count) \(count == 1 ? "key was" : "keys were") not reached: \(reason). Nothing is lost: run the same \
      command again, and it goes on here.</p>
      <ul>
      \(keys)</ul>
      \(more(count - Int64(summary.firstPending.count)))
      </section>

      """
  }

  private var skipped: Markup {
    guard !summary.skipReasons.isEmpty else { return "" }
    let rows = summary.skipReasons.sorted { ($1.value.objects, $0.key) < ($0.value.objects, $1.key) }.map {
      reason, share in
      """
      <tr><td>\(shownSafely(reason))</td><td class="n">\(share.objects)</td><td class="n">\(share.bytes)</td></tr>

      """ as Markup
    }
    return """
      <section>
      <h2>Skipped</h2>
      <table>
      <thead><tr><th scope="col">Reason</th><th scope="col" class="n">Objects</th>\
      <th scope="col" class="n">Bytes</th></tr></thead>
      <tbody>
      \(rows)
      </tbody>
      </table>
      </section>

      """
  }
}
