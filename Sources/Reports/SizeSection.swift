import AuditLedger

/// How large the objects of the source are.
struct SizeSection {
  private let summary: Summary

  init(_ summary: Summary) {
    self.summary = summary
  }

  var markup: Markup {
    """
    <section>
    <h2>Sizes</h2>
    <table>
    <thead><tr><th scope="col">Size</th><th scope="col" class="n">Objects</th><th scope="col" class="n">Bytes</th>\
    <th scope="col" class="wide">Share of the bytes</th></tr></thead>
    <tbody>
    \(SizeClass.allCases.map(row))</tbody>
    </table>
    </section>
    """
  }

  private func row(_ size: SizeClass) -> Markup {
    let share = summary.sizes[size] ?? Summary.Share()
    let permille =
      quotient(share.bytes, max(1, summary.total.bytes / 1000), decimals: 0).flatMap { Int64($0) } ?? 0
    return """
      <tr><th scope="row">\(size.label)</th><td class="n">\(share.objects)</td><td class="n">\(share.bytes)</td>\
      <td><svg class="bar" viewBox="0 0 1000 12" preserveAspectRatio="none" aria-hidden="true">\
      <rect class="plain" x="0" y="0" width="\(String(min(1000, permille)))" height="12"/></svg></td></tr>

      """
  }
}
