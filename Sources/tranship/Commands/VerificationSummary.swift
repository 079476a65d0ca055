import AuditLedger
import Checksums
import Foundation
import ObjectStorage
import Reports
import Verification

/// Says how a verification ended.
struct VerificationSummary {
  let options: VerificationOptions
  let console: Console

  func show(_ tally: Tally, _ audit: AuditRecord, _ ledger: Ledger) async throws {
    let report = try await writtenReport(ledger)
    if options.json { return console.result(try json(tally, audit, report?.summaryHTML)) }
    console.result(Self.lines(tally, audit))
    if options.ledger == nil { try await nameErrors(tally, ledger) }
    if let report {
      console.result("report: \(report.summaryHTML)")
      console.result("root: \(report.seal.root.hex)")
    }
  }

  private func writtenReport(_ ledger: Ledger) async throws -> ReportFiles? {
    guard options.ledger != nil || options.output != nil else { return nil }
    let run = try await ledger.runs().last?.id ?? 1
    let name = JobName.of(ledger: options.ledger ?? "verification")
    let folder =
      options.output
      ?? URL(fileURLWithPath: options.ledger ?? "").deletingLastPathComponent()
      .appendingPathComponent("reports/\(name)/\(run)").path
    return try await writeReport(ledger: ledger, to: folder, toolVersion: Version.text)
  }

  static func lines(_ tally: Tally, _ audit: AuditRecord) -> String {
    let proofs = Proof.allCases.compactMap { proof in
      tally.proofs[proof].map { "\(proof.rawValue) \(Wording.count($0))" }
    }
    var known: Int64 = 0
    let errors = ErrorClass.allCases.compactMap { errorClass -> String? in
      let count = tally.errors[errorClass] ?? 0
      known += count
      let isAlwaysSaid = [.mismatched, .missing, .unverifiable].contains(errorClass)
      return count > 0 || isAlwaysSaid ? "\(name(errorClass)) \(Wording.count(count))" : nil
    }
    var lines = [
      "total \(Wording.count(tally.total)) = verified \(Wording.count(tally.completed))"
        + (proofs.isEmpty ? "" : " (\(proofs.joined(separator: ", ")))") + " + "
        + errors.joined(separator: " + ")
        + (tally.skipped > 0 ? " + skipped \(Wording.count(tally.skipped))" : ""),
      "extra on destination \(Wording.count(tally.extra))",
    ]
    if audit.counts.excluded > 0 || audit.counts.excludedExtra > 0 {
      lines.append(
        "\(Wording.count(audit.counts.excluded)) keys of the source and "
          + "\(Wording.count(audit.counts.excludedExtra)) that only the destination has are left out: by the filters, or as lists of reports"
      )
    }
    let wording = AuditWording(audit)
    lines += [wording.kept].compactMap(\.self)
    lines.append(
      "\(Wording.count(audit.counts.objectsRead)) objects read, \(Wording.size(audit.counts.bytesRead))")
    lines += [wording.sample].compactMap(\.self)
    return lines.joined(separator: "\n")
  }

  private static func name(_ errorClass: ErrorClass) -> String {
    errorClass == .missing ? "missing on destination" : errorClass.rawValue
  }

  /// Without a ledger there is no list to look into: the errors are named here.
  private func nameErrors(_ tally: Tally, _ ledger: Ledger) async throws {
    guard tally.error > 0 else { return }
    var left = 20
    try await ledger.forEachObject(in: .error) { row in
      guard left > 0 else { return }
      left -= 1
      console.note(
        "\(row.errorClass?.rawValue ?? "error"): \(row.source.key.shown): \(shownSafely(row.message))")
    }
    if tally.error > 20 {
      console.note("… and \(Wording.count(tally.error - 20)) more; give a --ledger to have every one listed")
    }
  }

  private func json(_ tally: Tally, _ audit: AuditRecord, _ report: String?) throws -> String {
    var fields = [
      "event": "verified", "total": "\(tally.total)", "verified": "\(tally.completed)",
      "skipped": "\(tally.skipped)", "extra": "\(tally.extra)", "kept": "\(audit.counts.kept)",
      "objectsRead": "\(audit.counts.objectsRead)", "bytesRead": "\(audit.counts.bytesRead)",
      "sampled": "\(audit.counts.sampled)", "sampledWrong": "\(audit.counts.sampledWrong)",
      "sampledUnjudged": "\(audit.counts.sampledUnjudged)",
      "excluded": "\(audit.counts.excluded)", "excludedExtra": "\(audit.counts.excludedExtra)",
    ]
    fields["sourceListedAt"] = audit.sourceListedAt?.iso8601
    fields["destinationListedAt"] = audit.destinationListedAt?.iso8601
    for errorClass in ErrorClass.allCases { fields[errorClass.rawValue] = "\(tally.errors[errorClass] ?? 0)" }
    if let upper = ErrorRateBound.upper(sampled: audit.counts.sampled, wrong: audit.counts.sampledWrong) {
      fields["errorRateBound95"] = "\(upper)"
    }
    if let report { fields["report"] = report }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(fields), as: UTF8.self)
  }
}
