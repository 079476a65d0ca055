import AuditLedger
import ObjectStorage

/// What the latest verification looked at, what it read, and what that says of the rest.
struct AuditSection {
  private let audit: AuditSummary
  private let jobName: String

  init?(_ summary: Summary) {
    guard let audit = summary.audit else { return nil }
    self.audit = audit
    jobName = summary.job.name
  }

  var markup: Markup {
    """
    <section>
    <h2>The verification</h2>
    <dl>
    <div><dt>Began</dt><dd>\(audit.audit.startedAt.spaced)</dd></div>
    <div><dt>Ended</dt><dd>\(audit.audit.endedAt?.spaced ?? "not yet")</dd></div>
    <div><dt>Proof required</dt><dd>\(shownSafely(audit.audit.settings.required))</dd></div>
    <div><dt>Allowed to read</dt><dd>\(shownSafely(audit.audit.settings.reading))</dd></div>
    <div><dt>Read</dt><dd>\(audit.audit.counts.objectsRead) objects, \(shownSize(audit.audit.counts.bytesRead))</dd></div>
    <div><dt>Source listed</dt><dd>\(wording.listed(audit.audit.sourceListedAt))</dd></div>
    <div><dt>Destination listed</dt><dd>\(wording.listed(audit.audit.destinationListedAt))</dd></div>
    <div><dt>Stay as they were judged before</dt><dd>\(audit.audit.counts.kept) objects</dd></div>
    <div><dt>Left out by filters</dt><dd>\(audit.audit.counts.excluded) keys of the source, \
    \(audit.audit.counts.excludedExtra) that only the destination has</dd></div>
    <div><dt>Oldest proof</dt><dd>\(audit.oldestProof?.spaced ?? "none")</dd></div>
    <div><dt>Newest proof</dt><dd>\(audit.newestProof?.spaced ?? "none")</dd></div>
    <div><dt>Proven with others\u{2019} digests at hand</dt><dd>\(audit.imported) objects</dd></div>
    </dl>
    \(kept)\(sample)\(extras)\(metadata)</section>

    """
  }

  private var kept: Markup {
    guard let sentence = wording.kept else { return "" }
    return "<p>\(sentence).</p>\n"
  }

  private var sample: Markup {
    guard let sentence = wording.sample else { return "" }
    return "<p>\(sentence)</p>\n"
  }

  private var wording: AuditWording { AuditWording(audit.audit) }

  private var extras: Markup {
    guard audit.extra > 0 else {
      return audit.audit.counts.excludedExtra > 0
        ? "<p>The filters take in no key of the destination that the source lacks.</p>\n"
        : "<p>The destination has no key that the source lacks.</p>\n"
    }
    return """
      <p>\(audit.extra) keys are extra on the destination: the source does not list them. They stand in no list of the \
      total; the file <code>\(jobName)_extra_list</code> names every one.</p>
      <ul>
      \(audit.firstExtras.map(extra))</ul>

      """
  }

  private func extra(_ object: ListedObject) -> Markup {
    "<li class=\"key\"><bdi>\(object.key.shown)</bdi></li>\n"
  }

  private var metadata: Markup {
    let compared = audit.metadataEqual + audit.metadataDiffers
    guard compared > 0 else { return "<p>Headers and user metadata were not compared.</p>\n" }
    guard audit.metadataDiffers > 0 else {
      return "<p>Headers and user metadata of \(compared) objects were compared: all are equal.</p>\n"
    }
    return """
      <p>Headers and user metadata of \(compared) objects were compared: those of \(audit.metadataDiffers) differ. \
      That says nothing of their bytes.</p>
      <table class="rows">
      <thead><tr><th scope="col">Key</th><th scope="col">What differs</th></tr></thead>
      <tbody>
      \(audit.firstDifferences.map(difference))</tbody>
      </table>

      """
  }

  private func difference(_ row: ObjectRow) -> Markup {
    guard case .differs(let fields) = row.metadata else { return "" }
    return """
      <tr><td class="key"><bdi>\(row.source.key.shown)</bdi></td><td>\(shownSafely(fields.joined(separator: "; ")))</td></tr>

      """
  }
}
