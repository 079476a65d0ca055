import AuditLedger
import ObjectStorage

/// What was asked of both stores, how long they took, and what they refused.
struct RequestSection {
  private let measures: Measures

  init(_ summary: Summary) {
    measures = summary.measures
  }

  /// Nothing where no run wrote its requests down.
  var markup: Markup {
    guard !measures.operations.isEmpty else { return "" }
    return """
      <section>
      <h2>Requests and their latencies</h2>
      <table>
      <thead><tr><th scope="col">Side</th><th scope="col">Request</th><th scope="col" class="n">Requests</th>\
      <th scope="col" class="n">Errors</th><th scope="col" class="n">Half within</th>\
      <th scope="col" class="n">90 % within</th><th scope="col" class="n">99 % within</th>\
      <th scope="col" class="n">Longest</th></tr></thead>
      <tbody>
      \(measures.operations.map(row))</tbody>
      <tfoot><tr><th scope="row" colspan="2">all</th><td class="n">\(measures.requestCount)</td>\
      <td class="n">\(measures.failedCount)</td><td colspan="4">\(grouped(measures.retries)) sent again</td></tr></tfoot>
      </table>
      \(refusals)<p class="note">From the call to the answer, of requests without an error: of a get without its body, of a put with \
      it. Times are the ends of steps of an eighth. An upload-part that is digest-refused is the run's own question \
      whether the destination checks Content-MD5.</p>
      </section>

      """
  }

  private func row(_ operation: Measures.Operation) -> Markup {
    let times: [Markup] = ([500, 900, 990, 1000] as [Int64]).map { permille in
      let time = operation.latencies.microseconds(atPermille: permille).map(shownLatency) ?? ""
      return "<td class=\"n\">\(time)</td>"
    }
    return """
      <tr><td>\(operation.side.rawValue)</td><th scope="row">\(operation.operation.rawValue)</th>\
      <td class="n">\(operation.requests)</td><td class="n">\(operation.failed)</td>\(times)</tr>

      """
  }

  private var refusals: Markup {
    guard !measures.refusals.isEmpty else { return "" }
    let rows: [Markup] = measures.refusals.map { side, total in
      """
      <tr><td>\(side.rawValue)</td><td>\(total.operation.rawValue)</td><th scope="row">\(total.code)</th>\
      <td class="n">\(total.requests)</td></tr>

      """
    }
    return """
      <h3>Answers that were errors</h3>
      <table>
      <thead><tr><th scope="col">Side</th><th scope="col">Request</th><th scope="col">Code</th>\
      <th scope="col" class="n">Requests</th></tr></thead>
      <tbody>
      \(rows)</tbody>
      </table>

      """
  }
}
