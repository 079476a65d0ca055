import AuditLedger
import Checksums
import ObjectStorage

/// The page that a manager reads first and an auditor keeps: one file, no script, printable.
struct SummaryHTML {
  let facts: SummaryFacts

  func write(to file: ReportFile) throws {
    try file.write(head)
    for section in [banner, figures, conservation, proofs, errors, notes, sizes, job, runs, reading] {
      try file.write(section)
    }
    try file.write("</main></body></html>\n")
  }

  private var head: String {
    let style = Stylesheet.text
    let hash = Checksum.of(Array(style.utf8), .sha256).base64
    return """
      <!doctype html>
      <html lang="en"><head><meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-\(hash)'">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(html(facts.job.name)): migration report</title>
      <style>\(style)</style></head><body><main>

      """
  }

  private var banner: String {
    let (mood, word) =
      switch facts.outcome {
      case .proven: ("good", "Proven equal")
      case .errors: ("bad", "Errors")
      case .unfinished: ("open", "Not finished")
      }
    return """
      <header class="\(mood)"><p class="word">\(word)</p><h1>\(html(facts.headline))</h1>
      <p class="road"><code>\(html(facts.job.source.url))</code> <span>to</span> <code>\(html(facts.job.destination.url))</code></p></header>

      """
  }

  private var figures: String {
    let tally = facts.tally
    let tiles = [
      (count(tally.completed), "objects proven equal"), (size(tally.bytesCompleted), "bytes proven equal"),
      ("\(decimal(facts.seconds)) s", "running time"),
      ("\(decimal(facts.mebibytesPerSecond)) MiB/s", "mean speed"),
      (count(tally.error), "in the error list"),
    ]
    return "<section class=\"tiles\">"
      + tiles.map { "<div><b>\(html($0.0))</b><span>\(html($0.1))</span></div>" }.joined() + "</section>\n"
  }

  private var conservation: String {
    let tally = facts.tally
    return """
      <section><h2>Every key is in exactly one list</h2>
      <p class="sum"><b>\(count(tally.total))</b> total = <b>\(count(tally.completed))</b> completed + \
      <b>\(count(tally.error))</b> error + <b>\(count(tally.skipped))</b> skipped + <b>\(count(tally.pending))</b> pending \
      <span class="\(tally.isBalanced ? "good" : "bad")">\(tally.isBalanced ? "adds up" : "does not add up")</span></p>
      <p>\(count(tally.foundEqual)) of the completed objects were at the destination already and were not sent. The \
      destination has \(count(tally.extra)) keys that the source does not have. Listings named \
      \(count(tally.duplicates)) keys more than once.</p></section>

      """
  }

  private var proofs: String {
    let rows = Proof.allCases.filter { $0 != .size }.map { proof in
      "<tr><td>\(html(proof.rawValue))</td><td>\(html(claim(proof)))</td>"
        + "<td class=\"n\">\(count(facts.tally.proofs[proof] ?? 0))</td></tr>"
    }
    return
      "<section><h2>What was proven</h2><table><tr><th>proof</th><th>what it says</th><th class=\"n\">objects</th></tr>"
      + rows.joined() + "</table></section>\n"
  }

  private var errors: String {
    guard facts.tally.error > 0 else { return "" }
    let classes = ErrorClass.allCases.compactMap { errorClass -> String? in
      guard let total = facts.tally.errors[errorClass], let rows = facts.errorRows[errorClass] else {
        return nil
      }
      return "<h3>\(html(errorClass.rawValue)) <span class=\"n\">\(count(total))</span></h3>"
        + "<p>\(html(advice(errorClass)))</p>" + table(of: rows) + more(total - Int64(rows.count))
    }
    return "<section><h2>Errors</h2>\(classes.joined())</section>\n"
  }

  private func table(of rows: [ObjectRow]) -> String {
    let lines = rows.map { row in
      "<tr><td class=\"key\">\(html(row.source.key))</td><td class=\"n\">\(size(row.source.size))</td>"
        + "<td>\(html(row.message))</td></tr>"
    }
    return "<table><tr><th>key</th><th class=\"n\">size</th><th>message</th></tr>\(lines.joined())</table>"
  }

  private func more(_ rest: Int64) -> String {
    rest > 0
      ? "<p class=\"more\">and \(count(rest)) more in <code>\(html(facts.job.name))_error_list</code></p>"
      : ""
  }

  private var notes: String {
    guard !facts.notedRows.isEmpty else { return "" }
    let lines = facts.notedRows.map { row in
      "<tr><td class=\"key\">\(html(row.source.key))</td><td>\(html(row.notes.joined(separator: "; ")))</td></tr>"
    }
    return
      "<section><h2>Not carried over</h2><table><tr><th>key</th><th>what</th></tr>\(lines.joined())</table></section>\n"
  }

  private var sizes: String {
    let rows = facts.sizes.rows.map { row in
      "<tr><td>\(html(row.name))</td><td class=\"n\">\(count(row.objects))</td><td class=\"n\">\(size(row.bytes))</td></tr>"
    }
    return
      "<section><h2>Objects by size</h2><table><tr><th>size</th><th class=\"n\">objects</th><th class=\"n\">bytes</th></tr>"
      + rows.joined() + "</table></section>\n"
  }

  private var job: String {
    let sides = [("source", facts.job.source), ("destination", facts.job.destination)].map { name, side in
      "<tr><td>\(name)</td><td><code>\(html(side.url))</code></td><td>\(html(side.endpoint))</td>"
        + "<td>\(html(side.region))</td></tr>"
    }
    return
      "<section><h2>Job \(html(facts.job.name))</h2><table><tr><th>side</th><th>address</th><th>endpoint</th><th>region</th></tr>"
      + sides.joined() + "</table></section>\n"
  }

  private var runs: String {
    let rows = facts.runs.map { run in
      "<tr><td class=\"n\">\(run.id)</td><td>\(html(run.command))</td><td>\(run.startedAt.spaced)</td>"
        + "<td>\(run.endedAt?.spaced ?? "")</td><td>\(run.state.rawValue)</td><td>\(contentMD5(run))</td>"
        + "<td>\(html(run.toolVersion))</td><td>\(html(run.message))</td></tr>"
    }
    return
      "<section><h2>Runs</h2><table><tr><th class=\"n\">run</th><th>command</th><th>started (UTC)</th><th>ended (UTC)</th>"
      + "<th>state</th><th>Content-MD5</th><th>version</th><th>message</th></tr>\(rows.joined())</table></section>\n"
  }

  private func contentMD5(_ run: RunRecord) -> String {
    switch run.contentMD5Honoured {
    case true?: "enforced by the destination"
    case false?: "computed here"
    case nil: "not needed"
    }
  }

  private var reading: String {
    """
    <footer><p>Written by tranship from its ledger; the lists beside this page name every key. <i>Completed</i> means that \
    digests were compared and are equal, never that a request succeeded.</p></footer>

    """
  }
}
