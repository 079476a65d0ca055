import GRDB
public import ObjectStorage

/// One side's inventory in a ledger.
public struct InventoryPlace: Sendable {
  public var ledger: Ledger
  public var side: Side

  public init(_ ledger: Ledger, _ side: Side) {
    self.ledger = ledger
    self.side = side
  }

  /// What stands before every key of the side, as its job or its listing says; empty where neither does.
  public var prefix: ObjectKey {
    get async throws(LedgerError) {
      let text = try await ledger.place(of: side)?.prefix ?? ""
      guard let prefix = ObjectKey(percentEncoded: text) else {
        throw LedgerError(.corrupt, "the ledger holds a prefix that cannot be read: \(shownSafely(text))")
      }
      return prefix
    }
  }
}

/// Walks two inventories side by side, in the order of what stands behind their prefixes, in constant memory.
///
/// Both are read as they stood at one instant a ledger, and only the rows of their latest listings.
public struct InventoryMerge: Sendable {
  /// What a name is in.
  public enum Row: Sendable {
    case source(ListedObject)
    case destination(ListedObject)
    case both(ListedObject, ListedObject)
  }

  /// Objects and their bytes.
  public struct Share: Hashable, Sendable {
    public var objects: Int64 = 0
    public var bytes: Int64 = 0

    public init() {}

    public mutating func add(_ size: Int64) {
      objects += 1
      // A sum that leaves 64 bits is no size of anything; the objects are what counts.
      bytes = bytes.addingReportingOverflow(size).partialValue
    }
  }

  private let source: InventoryPlace
  private let destination: InventoryPlace

  public init(source: InventoryPlace, destination: InventoryPlace) {
    self.source = source
    self.destination = destination
  }

  /// Gives every row to the body, which ends the walk by returning false.
  ///
  /// Unless it `givesAll`, pairs of one size and one ETag, which is a digest of plain objects, are counted and not
  /// given. Throws `incomplete` where an inventory was not taken to its end, and `interrupted` where the task is
  /// cancelled.
  public func run(
    givesAll: Bool, _ body: @escaping @Sendable (Row) -> Bool
  ) async throws(LedgerError) -> Share {
    let prefixes = (try await source.prefix, try await destination.prefix)
    let path = source.ledger.path
    let connection: LedgerConnection
    do { connection = try LedgerConnection.reader(path) } catch { throw LedgerError(error, path: path) }
    let stop = StopRequest()
    let result: Result<Share, LedgerError> = await withTaskCancellationHandler {
      do throws(LedgerError) {
        return .success(
          try await connection.perform { db in
            try walk(prefixes, givesAll, body, stop, on: db)
          })
      } catch {
        return .failure(error)
      }
    } onCancel: {
      stop.make()
    }
    await connection.close()
    return try result.get()
  }

  private func walk(
    _ prefixes: (ObjectKey, ObjectKey), _ givesAll: Bool, _ body: (Row) -> Bool, _ stop: StopRequest,
    on db: Database
  ) throws -> Share {
    var schema = "main"
    if destination.ledger.path != source.ledger.path {
      try db.execute(sql: Self.attach, arguments: [destination.ledger.path])
      schema = Self.attached
    }
    try db.execute(sql: Ledger.begin)
    defer { Ledger.endReading(db) }
    let one = try InventoryCursor(
      source.side, prefix: prefixes.0, schema: "main", path: source.ledger.path, on: db)
    let other = try InventoryCursor(
      destination.side, prefix: prefixes.1, schema: schema, path: destination.ledger.path, on: db)
    return try Self.walk(one, other, givesAll, body, stop)
  }

  private static func walk(
    _ one: InventoryCursor, _ other: InventoryCursor, _ givesAll: Bool, _ body: (Row) -> Bool,
    _ stop: StopRequest
  ) throws -> Share {
    var equal = Share()
    while !(one.isAtEnd && other.isAtEnd) {
      if stop.isMade { throw LedgerError(.interrupted, "the comparison was stopped") }
      let order = one.order(against: other)
      if order == 0, !givesAll, one.isPlainlyEqual(to: other) {
        equal.add(one.size)
      } else {
        let row: Row =
          order == 0
          ? .both(one.object, other.object) : order < 0 ? .source(one.object) : .destination(other.object)
        guard body(row) else { return equal }
      }
      if order <= 0 { try one.advance() }
      if order >= 0 { try other.advance() }
    }
    return equal
  }

  private static let attached = "destination_ledger"
  private static let attach = "ATTACH DATABASE ? AS \(attached)"
}
