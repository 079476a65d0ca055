import GRDBSQLite

/// Lets a statement do nothing but read the ledger, whatever it says.
final class QueryGuard {
  /// Why the statement was refused; nil where it was not.
  private(set) var refusal: String?

  /// Pragmas that only read, whatever stands behind them.
  private static let readingPragmas: Set<String> = [
    "table_list", "table_info", "table_xinfo", "index_list", "index_info", "index_xinfo", "foreign_key_list",
    "database_list", "function_list", "collation_list", "compile_options", "quick_check", "integrity_check",
  ]
  /// Pragmas that only read where nothing stands behind them.
  private static let bareReadingPragmas: Set<String> = [
    "application_id", "user_version", "encoding", "page_count", "page_size", "freelist_count",
  ]
  /// They load code or reach files.
  private static let refusedFunctions: Set<String> = ["load_extension", "readfile", "writefile", "edit"]

  /// Watches what is compiled on a connection until `release`; the guard has to live as long.
  func watch(_ connection: OpaquePointer) {
    sqlite3_set_authorizer(
      connection,
      { context, action, first, second, _, _ in
        guard let context else { return SQLITE_DENY }
        return Unmanaged<QueryGuard>.fromOpaque(context).takeUnretainedValue()
          .answer(action, first.map { String(cString: $0) }, second.map { String(cString: $0) })
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  func release(_ connection: OpaquePointer) {
    sqlite3_set_authorizer(connection, nil, nil)
  }

  private func answer(_ action: Int32, _ first: String?, _ second: String?) -> Int32 {
    guard let reason = Self.refusal(action, first, second) else { return SQLITE_OK }
    if refusal == nil { refusal = reason }
    return SQLITE_DENY
  }

  private static func refusal(_ action: Int32, _ first: String?, _ second: String?) -> String? {
    switch action {
    case SQLITE_SELECT, SQLITE_READ, SQLITE_RECURSIVE: return nil
    // Compiling json_each or pragma_table_info asks for this too; what really writes there SQLite refuses by itself.
    case SQLITE_UPDATE where first == "sqlite_master": return nil
    case SQLITE_FUNCTION:
      let name = second?.lowercased() ?? ""
      return refusedFunctions.contains(name) ? "the function \(name) reaches outside of the ledger" : nil
    case SQLITE_PRAGMA:
      let name = first?.lowercased() ?? ""
      let reads = readingPragmas.contains(name) || (second == nil && bareReadingPragmas.contains(name))
      return reads ? nil : "this pragma sets something, or is not known to read only"
    case SQLITE_ATTACH, SQLITE_DETACH: return "it reaches another file"
    case SQLITE_TRANSACTION, SQLITE_SAVEPOINT: return "it is no query"
    default: return "it would write"
    }
  }
}
