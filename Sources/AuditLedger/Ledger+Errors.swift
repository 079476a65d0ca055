import GRDB
public import ObjectStorage

/// A key of the error list.
public struct ErrorRow: Sendable {
  public var source: ListedObject
  public var errorClass: ErrorClass
}

extension Ledger {
  /// Keys of the error list after another one, in key order.
  public func errors(after: ObjectKey?, limit: Int) async throws(LedgerError) -> [ErrorRow] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readErrorRows, on: db)
      try statement.bind(after?.bytes ?? [], at: 1)
      try statement.bind(after == nil ? 1 : 0, at: 2)
      try statement.bind(Int64(limit), at: 3)
      var rows: [ErrorRow] = []
      while try statement.step() {
        rows.append(
          ErrorRow(
            source: statement.listedObject(from: 0), errorClass: try statement.word(6, ErrorClass.self)))
      }
      return rows
    }
  }

  /// Makes keys of the error list pending again, as the call for the whole list does; returns how many.
  public func reopenErrors(_ keys: [ObjectKey]) async throws(LedgerError) -> Int64 {
    try await writing().connection.write(durable: true) { db in
      let change = try PreparedStatement("\(Self.keepReopenedErrors) AND outcome.key = ?", on: db)
      let reopen = try PreparedStatement("\(Self.reopen) AND key = ?", on: db)
      var count: Int64 = 0
      for key in keys {
        try change.bind(key.bytes, at: 1)
        try change.run()
        try reopen.bind(key.bytes, at: 1)
        count += Int64(try reopen.run())
      }
      return count
    }
  }

  static let readErrorRows = """
    SELECT source.key, source.size, source.etag, source.modified_at, source.storage_class, source.object_type,
      outcome.error_class
    FROM outcome INDEXED BY outcome_open CROSS JOIN source_object AS source ON source.key = outcome.key
    WHERE outcome.list <> 'completed' AND outcome.list = 'error'
      AND outcome.key >= ?1 AND (?2 OR outcome.key > ?1)
    ORDER BY outcome.key LIMIT ?3
    """
}
