import AuditLedger
import Migration
import ObjectStorage

/// Shows what an inventory says: tables for people, or one JSON document.
struct InventoryReport {
  let result: InventoryResult

  func show(_ console: Console, json: Bool) throws {
    if json { return console.result(try InventoryDocument(result).json) }
    var sections = [SummarySection(result).text]
    if let relisting = result.relisting { sections.append(Self.text(relisting)) }
    if let preflight = result.survey.preflight {
      sections += [PreflightSection(preflight).text, CostSection(preflight.cost, result.rates).text]
    } else {
      sections.append("pre-flight and cost: name a destination with --destination or --for")
    }
    console.result(sections.joined(separator: "\n\n"))
  }

  private static func text(_ relisting: Relisting) -> String {
    var table = TextTable(["listed again", "keys"], [.left, .right])
    for change in ListingChange.allCases {
      table.add(
        [change.rawValue, Wording.count(relisting.count(change))],
        notes: (relisting.examples[change] ?? []).map(\.shown))
    }
    return table.text
  }
}
