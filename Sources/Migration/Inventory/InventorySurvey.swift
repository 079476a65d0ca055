public import AuditLedger
public import Inventory
public import ObjectStorage
public import Transfers

/// What an inventory says: one pass over the ledger's rows of a side, in constant memory.
public struct InventorySurvey: Sendable {
  public private(set) var summary: InventorySummary
  /// Nil where no destination was named.
  public private(set) var preflight: Preflight?

  /// `landing` is where the objects are to go.
  public init(
    of side: JobSide, depth: Int, to landing: Landing? = nil, copying settings: CopySettings = CopySettings()
  ) {
    summary = InventorySummary(below: side.keyPrefix, depth: depth)
    preflight = landing.map { Preflight($0, from: side.kind, copying: settings) }
  }

  /// Goes through the latest listing of a side; an object that `isWanted` is false of counts as excluded.
  public mutating func run(
    over ledger: Ledger, _ side: Side, isWanted: (ListedObject) -> Bool = { _ in true }
  ) async throws {
    var survey = self
    let pass = try await ledger.forEachListed(on: side) { object in
      survey.add(object, isWanted: isWanted(object))
    }
    survey.finish(pass)
    self = survey
  }

  /// Takes what the rows of a whole listing came to, after each of them was added.
  mutating func finish(_ pass: InventoryPass) {
    preflight?.finish()
    summary.pass = pass
  }

  mutating func add(_ object: ListedObject, isWanted: Bool) {
    guard isWanted else { return summary.exclude(object) }
    summary.add(object)
    preflight?.add(object)
  }
}

extension JobSide {
  /// The prefix as the bytes that keys start with.
  public var keyPrefix: ObjectKey { ObjectKey(percentEncoded: prefix) ?? ObjectKey(prefix) }
}
