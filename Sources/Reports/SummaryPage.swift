import AuditLedger
import ObjectStorage

/// The summary for people: one HTML file that needs nothing else, runs nothing, and links to nothing.
struct SummaryPage {
  private let summary: Summary
  private let outcome: Outcome

  init(_ summary: Summary) {
    self.summary = summary
    outcome = Outcome(summary)
  }

  var markup: Markup {
    """
    <!DOCTYPE html>
    <html lang="en">
    <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '\(StyleSheet.digest)'">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <meta name="color-scheme" content="light dark">
    <meta name="referrer" content="no-referrer">
    <title>\(summary.job.name): \(badge)</title>
    <style>\(StyleSheet.markup)</style>
    </head>
    <body>
    <main>
    \(header)
    \(FigureSection(summary).markup)
    \(LawSection(summary).markup)
    \(ProofSection(summary).markup)
    \(AuditSection(summary)?.markup ?? "")
    \(ErrorSection(summary).markup)
    \(SpeedSection(summary).markup)
    \(SizeSection(summary).markup)
    \(RequestSection(summary).markup)
    \(RunSection(summary).markup)
    \(SealSection.markup)
    \(footer)
    </main>
    </body>
    </html>

    """
  }

  private var kind: String {
    summary.runs.contains { $0.command != "verify" } ? "Migration report" : "Verification report"
  }

  private var badge: String {
    switch outcome.level {
    case .proven: "proven"
    case .stopped: "not finished"
    case .failed: "not proven"
    }
  }

  private var levelClass: Markup {
    switch outcome.level {
    case .proven: "good"
    case .stopped: "open"
    case .failed: "bad"
    }
  }

  private var header: Markup {
    """
    <header>
    <p class="kind">\(kind)</p>
    <h1>\(summary.job.name)</h1>
    <p class="route"><bdi>\(shownSafely(summary.job.source.url))</bdi> <span class="arrow">to</span> <bdi>\(shownSafely(summary.job.destination.url))</bdi></p>
    <p class="outcome \(levelClass)"><strong>\(badge)</strong> \(outcome.sentence)</p>
    </header>
    """
  }

  private var footer: Markup {
    """
    <footer>
    <p>Written by tranship \(summary.toolVersion) from the ledger of this job. Times are UTC. Keys are shown with \
    control and invisible characters spelled out; the lists beside this file name them percent-encoded.</p>
    </footer>
    """
  }
}
