import AuditLedger

/// How far the proof of the completed objects reaches.
struct ProofSection {
  private let summary: Summary

  init(_ summary: Summary) {
    self.summary = summary
  }

  var markup: Markup {
    """
    <section>
    <h2>How it is proven</h2>
    <table>
    <thead><tr><th scope="col">Proof</th><th scope="col" class="n">Objects</th><th scope="col" class="n">Bytes</th>\
    <th scope="col">What it claims</th></tr></thead>
    <tbody>
    \(shown.map(row))
    </tbody>
    </table>
    \(probe)
    </section>
    """
  }

  /// The proofs that complete an object, strongest first.
  private var shown: [Proof] { Proof.allCases.reversed().filter { $0 != .size } }

  private func row(_ proof: Proof) -> Markup {
    let share = summary.proofs[proof] ?? Summary.Share()
    return """
      <tr><th scope="row">\(proof.rawValue)</th><td class="n">\(share.objects)</td><td class="n">\(share.bytes)</td>\
      <td>\(proof.claim)</td></tr>

      """
  }

  private var probe: Markup {
    switch summary.runs.last(where: { $0.contentMD5Honoured != nil })?.contentMD5Honoured {
    case true?: "<p>The destination was seen to refuse a body that did not fit its Content-MD5.</p>"
    case false?:
      "<p>The destination accepted a body that did not fit its Content-MD5, so no proof rests on that header.</p>"
    case nil: ""
    }
  }
}
