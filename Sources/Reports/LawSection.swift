import AuditLedger

/// The four lists, and that they add up.
struct LawSection {
  private let summary: Summary

  init(_ summary: Summary) {
    self.summary = summary
  }

  var markup: Markup {
    """
    <section>
    <h2>Where every key went</h2>
    <table>
    <thead><tr><th scope="col">List</th><th scope="col" class="n">Objects</th><th scope="col" class="n">Bytes</th>\
    <th scope="col">Meaning</th></tr></thead>
    <tbody>
    \(ListName.allCases.map(row))
    </tbody>
    <tfoot><tr><th scope="row">total</th><td class="n">\(summary.total.objects)</td>\
    <td class="n">\(summary.total.bytes)</td><td>every key of the source's listing</td></tr></tfoot>
    </table>
    <p class="law">\(sum)</p>
    \(bar)
    <p>\(beside)</p>
    </section>
    """
  }

  private func row(_ list: ListName) -> Markup {
    let share = summary.share(list)
    return """
      <tr><th scope="row">\(list.rawValue)</th><td class="n">\(share.objects)</td><td class="n">\(share.bytes)</td>\
      <td>\(list.meaning)</td></tr>

      """
  }

  private var sum: Markup {
    let terms = ListName.allCases.map { "\(grouped(summary.share($0).objects)) \($0.rawValue)" }
    let verdict: Markup =
      summary.isBalanced
      ? "<span class=\"good\">balanced</span>" : "<span class=\"bad\">does not balance</span>"
    return "\(terms.joined(separator: " + ")) = \(summary.total.objects) total: \(verdict)"
  }

  /// Drawn without a style attribute, which the page's policy forbids.
  private var bar: Markup {
    var left: Int64 = 0
    var pieces: [Markup] = []
    for (list, kind) in zip(ListName.allCases, ["good", "bad", "left", "open"]) {
      let width =
        summary.share(list).objects.multipliedReportingOverflow(by: 1000).partialValue
        / max(1, summary.total.objects)
      pieces.append(
        "<rect class=\"\(kind)\" x=\"\(String(left))\" y=\"0\" width=\"\(String(width))\" height=\"12\"/>")
      left += width
    }
    return """
      <svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">\(pieces)</svg>
      """
  }

  private var beside: Markup {
    """
    \(summary.foundEqual.objects) of the completed were at the destination already and were proven without sending \
    a byte. The listings named \(keys(summary.counted.duplicates)) more than once, and the destination has \
    \(keys(summary.counted.extra)) that this job did not look for.
    """
  }

  private func keys(_ count: Int64) -> String { "\(grouped(count)) \(count == 1 ? "key" : "keys")" }
}
