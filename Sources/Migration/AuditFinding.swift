import AuditLedger
import Verification

/// What was found out about one object, as an outcome needs it.
struct AuditFinding: Sendable {
  var resolution: Resolution
  var evidence: [Evidence] = []
  var source: Generation?
  var destination: Generation?
  var requestIDs: [String] = []
  var notes: [String] = []
  var metadata: MetadataVerdict?
  var wasRead = false
  var bytesRead: Int64 = 0

  static let gone = AuditFinding(
    resolution: .error(
      .sourceGone,
      message:
        "the source does not list the key any more, and nothing that was proven of it is enough and holds now"
    ))

  static func failed(_ failure: VerificationFailure) -> AuditFinding {
    AuditFinding(resolution: .error(failure.errorClass, message: failure.message))
  }

  static func of(_ verdict: Verdict, _ evidence: [Evidence]) -> AuditFinding {
    AuditFinding(resolution: Resolution(verdict), evidence: evidence)
  }

  static func of(_ verified: VerifiedObject) -> AuditFinding {
    AuditFinding(
      resolution: Resolution(verified.verdict), evidence: verified.evidence, source: verified.source,
      destination: verified.destination, requestIDs: verified.requestIDs, notes: verified.notes,
      metadata: verified.metadata, wasRead: verified.wasRead, bytesRead: verified.bytesRead)
  }

  /// What it adds to the counts of its audit.
  ///
  /// | of a sample, ended as | counts as |
  /// | --- | --- |
  /// | error, however it was found | judged, wrong |
  /// | completed, its bytes at the destination read for it and proven by that | judged |
  /// | completed by anything else | not judged |
  func counts(isSampled: Bool) -> AuditCounts {
    var counts = AuditCounts()
    counts.objectsRead = wasRead ? 1 : 0
    counts.bytesRead = bytesRead
    guard isSampled else { return counts }
    switch resolution {
    case .error: (counts.sampled, counts.sampledWrong) = (1, 1)
    case .completed(.readBack, _, _): counts.sampled = 1
    case .completed, .skipped: counts.sampledUnjudged = 1
    }
    return counts
  }
}

extension Resolution {
  /// How a key of a verification ends.
  init(_ verdict: Verdict) {
    switch verdict {
    case .verified(let proof, let match): self = .completed(proof, match, sent: false)
    case .mismatched(let words): self = .error(.mismatched, message: words)
    case .missing: self = .error(.missing, message: "the destination does not have the key")
    case .unverifiable(let reason): self = .error(.unverifiable, message: reason.sentence)
    }
  }
}
