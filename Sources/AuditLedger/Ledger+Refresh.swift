import GRDB
public import ObjectStorage

extension Ledger {
  /// Keys of the error list whose last attempt found the source changed: their inventory rows are out of date.
  public func keysFoundChanged() async throws(LedgerError) -> [ObjectKey] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readFoundChanged, on: db)
      try statement.bind(ErrorClass.sourceChanged.rawValue, at: 1)
      var keys: [ObjectKey] = []
      while try statement.step() { keys.append(statement.key(0)) }
      return keys
    }
  }

  /// Replaces what the inventory says of a key of the source, after it was found changed.
  public func refresh(_ object: ListedObject) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      let statement = try PreparedStatement(Self.replaceSourceObject, on: db)
      try statement.bind(object.key.bytes, at: 1)
      try statement.bind(object.size, at: 2)
      try statement.bind(object.eTag?.text, at: 3)
      try statement.bind(object.lastModifiedAt?.millisecondsSinceEpoch, at: 4)
      try statement.bind(object.storageClass, at: 5)
      try statement.bind(object.objectType, at: 6)
      try statement.run()
    }
  }

  private static let readFoundChanged = """
    SELECT key FROM outcome WHERE list = 'error' AND error_class = ? ORDER BY key
    """
  private static let replaceSourceObject = """
    UPDATE source_object SET size = ?2, etag = ?3, modified_at = ?4, storage_class = ?5, object_type = ?6
    WHERE key = ?1
    """
}
