import GRDB
public import ObjectStorage
import Synchronization

extension Ledger {
  /// Keys of the source without a decision, in key order, with what the destination's inventory has for them.
  ///
  /// Empty when every key has its decision. The same keys come again until `record(_:at:)` took decisions on them.
  public func planCandidates(
    limit: Int, destinationKey: @escaping @Sendable (ObjectKey) -> ObjectKey
  ) async throws(LedgerError) -> [PlanCandidate] {
    let floor = planFloor.withLock { $0 }
    let candidates = try await reader.read { db in
      try Self.candidates(Self.undecided(from: floor, limit: limit, on: db), destinationKey, on: db)
    }
    if let first = candidates.first { planFloor.withLock { if $0 == floor { $0 = first.source.key } } }
    return candidates
  }

  /// Gives all keys without a decision to the body, some at a time; the next are read while the body has those before.
  ///
  /// The body has to have them decided when it ends.
  public func forEachPlanCandidates(
    limit: Int, isolation: isolated (any Actor)? = #isolation,
    destinationKey: @escaping @Sendable (ObjectKey) -> ObjectKey,
    _ body: ([PlanCandidate]) async throws(LedgerError) -> Void
  ) async throws(LedgerError) {
    var page = try await planCandidates(limit: limit, destinationKey: destinationKey)
    while let last = page.last?.source.key {
      let next = reader.beginRead { db in
        try Self.candidates(Self.undecided(after: last, limit: limit, on: db), destinationKey, on: db)
      }
      try await body(page)
      page = try await next.value
    }
  }

  /// Records decisions, all or none; `skip` and `refuse` put the key into its list at once.
  ///
  /// A key is decided once: a second decision on it fails.
  public func record(_ decisions: [Decision], at: Timestamp? = nil) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      let decision = try PreparedStatement(kept: Self.insertDecision, on: db)
      let isThere = try PreparedStatement(kept: Self.readIsThere, on: db)
      let previous = try PreparedStatement(kept: TransferRows.readPrevious, on: db)
      let outcome = try PreparedStatement(kept: TransferRows.upsertOutcome, on: db)
      let newRows = NewRows()
      let isEmpty = try Self.isDestinationEmpty(db)
      for item in decisions {
        var isFound = false
        if !isEmpty {
          try isThere.bind(item.destinationKey.bytes, at: 1)
          isFound = try isThere.step()
          isThere.reset()
        }
        try decision.bind(item.key.bytes, at: 1)
        try decision.bind(item.destinationKey.bytes, at: 2)
        try decision.bind(item.action.name, at: 3)
        try decision.bind(item.action.reason, at: 4)
        try decision.bind(item.isRenamed ? 1 : 0, at: 5)
        try decision.bind(isFound ? 1 : 0, at: 6)
        try decision.run()
        newRows.add(item.action, isFound: isFound)
        guard let row = item.action.resolution.map({ OutcomeRow($0) }) else { continue }
        try previous.bind(item.key.bytes, at: 1)
        guard try previous.step() else { throw NewRows.unlisted(item.key) }
        if previous.isNull(1) {
          newRows.add(row, size: previous.integer(0), bytesSent: 0)
        }
        previous.reset()
        try Self.list(item, as: row, at: at, with: outcome)
      }
      try newRows.write(to: db)
    }
  }

  private static func list(
    _ decision: Decision, as row: OutcomeRow, at: Timestamp?, with statement: PreparedStatement
  ) throws {
    try statement.bind(decision.key.bytes, at: 1)
    try statement.bind(decision.destinationKey.bytes, at: 2)
    try row.bind(to: statement, from: 3)
    for index: Int32 in 9...11 { try statement.bind(0, at: index) }
    for index: Int32 in 12...13 { try statement.bind(at?.millisecondsSinceEpoch, at: index) }
    try statement.bind(nil as Generation?, from: 14)
    for index: Int32 in 18...19 { try statement.bind("", at: index) }
    try statement.run()
  }

  private static func undecided(
    from floor: ObjectKey? = nil, after last: ObjectKey? = nil, limit: Int, on db: Database
  ) throws -> [ListedObject] {
    let statement = try PreparedStatement(kept: readUndecided, on: db)
    try statement.bind((last ?? floor)?.bytes ?? [], at: 1)
    try statement.bind(last == nil ? 1 : 0, at: 2)
    try statement.bind(Int64(limit), at: 3)
    var objects: [ListedObject] = []
    while try statement.step() { objects.append(statement.listedObject(from: 0)) }
    return objects
  }

  /// Objects of the source with what the destination's inventory has for them.
  static func candidates(
    _ sources: [ListedObject], _ destinationKey: (ObjectKey) -> ObjectKey, on db: Database
  ) throws -> [PlanCandidate] {
    let keys = sources.map { destinationKey($0.key) }
    return zip(sources, zip(keys, try destinationObjects(keys, on: db))).map { source, destination in
      PlanCandidate(source: source, destinationKey: destination.0, destination: destination.1)
    }
  }

  static func destinationObjects(_ keys: [ObjectKey], on db: Database) throws -> [ListedObject?] {
    if try isDestinationEmpty(db) { return Array(repeating: nil, count: keys.count) }
    let statement = try PreparedStatement(kept: readDestinationObject, on: db)
    return try keys.map { key in
      try statement.bind(key.bytes, at: 1)
      defer { statement.reset() }
      return try statement.step() ? statement.listedObject(from: 0) : nil
    }
  }

  /// Most migrations go to where nothing is: nothing has to be looked up there.
  private static func isDestinationEmpty(_ db: Database) throws -> Bool {
    try Int64.fetchOne(db, sql: readAnyDestinationObject) == nil
  }

  private static let readAnyDestinationObject = "SELECT 1 FROM destination_object LIMIT 1"
  static let readUndecided = """
    SELECT key, size, etag, modified_at, storage_class, object_type FROM source_object AS source
    WHERE key >= ?1 AND (?2 OR key > ?1)
      AND NOT EXISTS (SELECT 1 FROM decision WHERE decision.key = source.key)
    ORDER BY key LIMIT ?3
    """
  private static let readDestinationObject = """
    SELECT key, size, etag, modified_at, storage_class, object_type FROM destination_object
    WHERE key = ? AND listing = ifnull((SELECT number FROM listing WHERE side = 'destination'), 0)
    """
  private static let insertDecision = """
    INSERT OR FAIL INTO decision (key, destination_key, action, reason, renamed, found)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    """
  /// A row where the destination's inventory has a key.
  static let readIsThere = """
    SELECT 1 FROM destination_object WHERE key = ?1
      AND listing = ifnull((SELECT number FROM listing WHERE side = 'destination'), 0)
    """
}

extension DecisionAction {
  /// The word that the ledger stores.
  var name: String {
    switch self {
    case .copy: "copy"
    case .compare: "compare"
    case .skip: "skip"
    case .refuse: "refuse"
    }
  }

  var reason: String {
    switch self {
    case .copy, .compare: ""
    case .skip(let reason), .refuse(_, let reason): reason
    }
  }

  /// How the key ends by the plan alone; nil where bytes have to be looked at first.
  var resolution: Resolution? {
    switch self {
    case .copy, .compare: nil
    case .skip(let reason): .skipped(reason: reason)
    case .refuse(let errorClass, let reason): .error(errorClass, message: reason)
    }
  }
}
