import ArgumentParser
import AuditLedger
import ObjectStorage
import Verification

struct DiffInventories: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Says what is in one inventory and not in the other, and what differs; asks no store.",
    discussion: """
      EXAMPLES
        tranship diff --ledger shop.ledger
        tranship diff monday.ledger friday.ledger
        tranship diff monday.ledger friday.ledger --sides source:destination --json

      With --ledger, the source's inventory against the destination's, keys mapped by the prefixes of the addresses.
      With two ledgers, the first one's source against the second one's. Every line names the key behind the prefix:
        + key   only the source has it
        - key   only the destination has it
        * key   both have it, with other sizes, or with other digests of one kind
      Listings are compared and no bytes: two equal digests prove, equal sizes alone do not and are counted apart.

      EXIT STATUS
        0    nothing differs
        1    something differs
        2    an inventory is absent or not complete, or a ledger cannot be read
        64   wrong usage
        130  stopped by SIGINT, SIGTERM or SIGHUP
      """)

  @Option(help: "One ledger: its two sides are compared.")
  var ledger: String?
  @Option(
    help: ArgumentHelp(
      "Which side of each of two ledgers, such as source:destination; source:source where it is not given.",
      valueName: "side:side"))
  var sides: String?
  @Option(
    help: ArgumentHelp("How many differing keys are named at most; all are counted.", valueName: "keys"))
  var limit: Int?
  @Flag(help: "Prints one JSON object a differing key, and the counts as the last one.")
  var json = false
  @OptionGroup(title: "Filters") var filters: FilterOptions
  @Argument(help: "Two ledgers, in place of --ledger.")
  var ledgers: [String] = []

  func validate() throws {
    guard ledger == nil ? ledgers.count == 2 : ledgers.isEmpty else {
      throw ValidationError("give one --ledger, or two ledgers")
    }
    if sides != nil && ledger != nil { throw ValidationError("--sides belongs to two ledgers") }
    if let limit, limit < 0 { throw ValidationError("--limit \(limit) is below zero") }
    _ = try chosenSides()
  }

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let filter = try filters.filter(now: RunClock.system.now())
      let sides = try chosenSides()
      return try await withLedger(ledger ?? ledgers[0], .read) { one in
        guard ledger == nil else { return try await compare(one, one, sides, filter) }
        return try await withLedger(ledgers[1], .read) { try await compare(one, $0, sides, filter) }
      }
    }
  }

  private func chosenSides() throws -> (Side, Side) {
    guard let sides else { return ledger == nil ? (.source, .source) : (.source, .destination) }
    let words = sides.split(separator: ":", omittingEmptySubsequences: false).map {
      Side(rawValue: String($0))
    }
    guard words.count == 2, let one = words[0], let other = words[1] else {
      throw ValidationError("--sides \(shownSafely(sides)) is no pair of sides, such as source:destination")
    }
    return (one, other)
  }

  private func compare(
    _ one: Ledger, _ other: Ledger, _ sides: (Side, Side), _ filter: ObjectFilter
  ) async throws -> ExitStatus {
    let source = InventoryPlace(one, sides.0)
    let destination = InventoryPlace(other, sides.1)
    let stream = ResultStream()
    let printer = DiffPrinter(
      stream, json: json, limit: limit,
      prefixes: (try await source.prefix, try await destination.prefix))
    let diff = InventoryDiff(source: source, destination: destination, filter: filter)
    let task = Task { try await diff.run { printer.show($0) } }
    let signals = SignalWatch { task.cancel() }
    defer { withExtendedLifetime(signals) {} }
    defer { stream.flush() }
    let counts = try await task.value
    printer.finish(counts)
    return counts.hasDifferences ? .errors : .completed
  }
}
