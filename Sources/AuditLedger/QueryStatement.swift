import GRDB
import GRDBSQLite
import ObjectStorage

/// One statement of somebody else, compiled under guard; it reads and nothing else.
final class QueryStatement {
  let columns: [String]
  private let handle: OpaquePointer
  private let connection: OpaquePointer
  private let watch: QueryGuard

  /// Throws `refused-query` for what is not exactly one query.
  init(_ sql: String, on connection: OpaquePointer) throws {
    let watch = QueryGuard()
    watch.watch(connection)
    let handle: OpaquePointer
    do {
      handle = try Self.only(sql, connection, watch)
    } catch {
      watch.release(connection)
      throw error
    }
    self.handle = handle
    self.connection = connection
    // What a statement compiles while it runs, such as the pragma behind pragma_table_info, is watched too.
    self.watch = watch
    columns = (0..<sqlite3_column_count(handle)).map { index in
      sqlite3_column_name(handle, index).map { String(cString: $0) } ?? ""
    }
  }

  deinit {
    sqlite3_finalize(handle)
    watch.release(connection)
  }

  private static func only(
    _ sql: String, _ connection: OpaquePointer, _ watch: QueryGuard
  ) throws -> OpaquePointer {
    let bytes = Array(sql.utf8) + [0]
    guard !bytes.dropLast().contains(0) else { throw refused("it holds a NUL") }
    let first: (handle: OpaquePointer?, end: Int)
    do {
      first = try compile(bytes, from: 0, connection)
    } catch {
      throw watch.refusal.map { refused($0) } ?? error
    }
    guard let handle = first.handle else { throw refused("there is none") }
    do {
      try check(handle)
      guard isEmpty(bytes, from: first.end, connection) else {
        throw refused("a second one stands behind it")
      }
    } catch {
      sqlite3_finalize(handle)
      throw error
    }
    return handle
  }

  /// The next row; nil at the end.
  func next() throws -> [QueryValue]? {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return columns.indices.map { value(Int32($0)) }
    case SQLITE_DONE: return nil
    default:
      let error = Self.failure(connection, nil)
      throw watch.refusal.map { Self.refused($0) } ?? error
    }
  }

  private func value(_ column: Int32) -> QueryValue {
    let count = Int(sqlite3_column_bytes(handle, column))
    switch sqlite3_column_type(handle, column) {
    case SQLITE_INTEGER: return .integer(sqlite3_column_int64(handle, column))
    case SQLITE_FLOAT: return .real(sqlite3_column_double(handle, column))
    case SQLITE_TEXT:
      guard let start = sqlite3_column_text(handle, column) else { return .text("") }
      return .text(String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self))
    case SQLITE_BLOB:
      guard let start = sqlite3_column_blob(handle, column) else { return .bytes([]) }
      return .bytes(Array(UnsafeRawBufferPointer(start: start, count: count)))
    default: return .null
    }
  }

  private static func check(_ handle: OpaquePointer) throws {
    guard sqlite3_stmt_readonly(handle) != 0 else { throw refused("it would write") }
    guard sqlite3_column_count(handle) > 0 else { throw refused("it is no query") }
    guard sqlite3_bind_parameter_count(handle) == 0 else {
      throw refused("it has parameters, and nothing gives them values")
    }
  }

  private static func isEmpty(_ bytes: [UInt8], from start: Int, _ connection: OpaquePointer) -> Bool {
    var start = start
    while start < bytes.count - 1 {
      // Blanks, comments and semicolons compile to nothing; what does not compile is a statement too.
      guard let rest = try? compile(bytes, from: start, connection) else { return false }
      sqlite3_finalize(rest.handle)
      guard rest.handle == nil else { return false }
      guard rest.end > start else { return true }
      start = rest.end
    }
    return true
  }

  /// Compiles the statement at a place of text that ends in a zero; says where it ends.
  private static func compile(
    _ bytes: [UInt8], from start: Int, _ connection: OpaquePointer
  ) throws -> (handle: OpaquePointer?, end: Int) {
    var handle: OpaquePointer?
    let (code, end) = bytes.withUnsafeBytes { raw -> (Int32, Int) in
      guard let base = raw.baseAddress else { return (SQLITE_MISUSE, start) }
      let text = base.assumingMemoryBound(to: CChar.self)
      var tail: UnsafePointer<CChar>?
      let code = sqlite3_prepare_v2(
        connection, text + start, Int32(clamping: raw.count - start), &handle, &tail)
      return (code, tail.map { $0 - text } ?? raw.count - 1)
    }
    guard code == SQLITE_OK else { throw failure(connection, (bytes, start)) }
    return (handle, end)
  }

  private static func refused(_ why: String) -> LedgerError {
    LedgerError(
      .refusedQuery,
      "the statement is refused: \(why); give exactly one query that only reads, such as SELECT … FROM objects"
    )
  }

  private static let hint =
    "the views are listed by `tranship sql --views` and described in docs/ledger.md"

  /// What SQLite says of the statement, with the place; other troubles stay what they are.
  private static func failure(_ connection: OpaquePointer, _ text: (bytes: [UInt8], start: Int)?) -> any Error
  {
    let code = sqlite3_errcode(connection)
    let message = shownSafely(String(cString: sqlite3_errmsg(connection)))
    switch code & 0xFF {
    case SQLITE_ERROR, SQLITE_MISMATCH, SQLITE_TOOBIG, SQLITE_RANGE, SQLITE_AUTH:
      var place = ""
      let offset = Int(sqlite3_error_offset(connection))
      if let text, offset >= 0, text.start + offset < text.bytes.count {
        place = " at \(position(text.bytes[..<(text.start + offset)]))"
      }
      return LedgerError(.refusedQuery, "the statement cannot be run: \(message)\(place); \(hint)")
    case SQLITE_INTERRUPT: return LedgerError(.interrupted, "the query was stopped")
    default: return DatabaseError(resultCode: ResultCode(rawValue: code), message: message)
    }
  }

  /// `column 8`, or `line 2, column 8`, of the first character that is not in the text.
  private static func position(_ before: ArraySlice<UInt8>) -> String {
    let lines = before.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let column = String(decoding: lines.last ?? [], as: UTF8.self).unicodeScalars.count + 1
    return lines.count > 1 ? "line \(lines.count), column \(column)" : "column \(column)"
  }
}
