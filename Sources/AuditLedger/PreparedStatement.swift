import GRDB
import GRDBSQLite

/// A statement of SQLite's C interface on GRDB's connection, for the rows that come by the million.
///
/// Parameters count from 1 and columns from 0. It must not outlive the access that it was made in.
final class PreparedStatement {
  private let handle: OpaquePointer
  private let connection: OpaquePointer
  /// GRDB's statement whose handle it is; nil where it has one of its own.
  private let owner: Statement?
  /// What was bound as text or bytes, by parameter: SQLite would copy it into memory that it asks for every time.
  private let bound: BoundValues

  init(_ sql: String, on db: Database) throws {
    guard let connection = db.sqliteConnection else {
      throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the connection is closed")
    }
    var handle: OpaquePointer?
    let code = sqlite3_prepare_v2(connection, sql, -1, &handle, nil)
    guard code == SQLITE_OK, let handle else { throw Self.error(code, connection) }
    self.handle = handle
    self.connection = connection
    owner = nil
    bound = BoundValues(parameters: Int(sqlite3_bind_parameter_count(handle)))
  }

  /// A statement that the connection keeps for the next access; no other of the same text may be in use.
  init(kept sql: String, on db: Database) throws {
    guard let connection = db.sqliteConnection else {
      throw DatabaseError(resultCode: .SQLITE_MISUSE, message: "the connection is closed")
    }
    let statement = try db.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
    self.connection = connection
    owner = statement
    bound = BoundValues(parameters: Int(sqlite3_bind_parameter_count(handle)))
  }

  deinit {
    if owner == nil {
      sqlite3_finalize(handle)
    } else {
      // The connection keeps the statement: whoever takes it next finds it as if it were new.
      sqlite3_reset(handle)
      sqlite3_clear_bindings(handle)
    }
  }

  /// Goes to the next row; false at the end.
  func step() throws -> Bool {
    let code = sqlite3_step(handle)
    switch code {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    default:
      let error = Self.error(code, connection)
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Makes the statement ready for other parameters.
  func reset() { sqlite3_reset(handle) }

  /// Runs a statement that gives no rows; returns how many rows it changed, triggers not counted.
  @discardableResult
  func run() throws -> Int {
    defer { reset() }
    while try step() {}
    return changes
  }

  /// How many rows the statement of the connection that ran last has changed, also where it failed.
  var changes: Int { Int(sqlite3_changes(connection)) }

  private static func error(_ code: Int32, _ connection: OpaquePointer) -> DatabaseError {
    DatabaseError(
      resultCode: ResultCode(rawValue: code), message: String(cString: sqlite3_errmsg(connection)))
  }
}

extension PreparedStatement {
  func bind(_ value: Int64?, at index: Int32) throws {
    if let value {
      try check(sqlite3_bind_int64(handle, index, value))
    } else {
      try check(sqlite3_bind_null(handle, index))
    }
  }

  func bind(_ text: String?, at index: Int32) throws {
    guard var text else { return try check(sqlite3_bind_null(handle, index)) }
    let code = text.withUTF8 { utf8 in
      utf8.withMemoryRebound(to: CChar.self) { characters in
        // A nil pointer would bind NULL.
        sqlite3_bind_text64(
          handle, index,
          bound.keep(UnsafeRawBufferPointer(characters), for: index).assumingMemoryBound(to: CChar.self),
          UInt64(characters.count), nil, UInt8(SQLITE_UTF8))
      }
    }
    try check(code)
  }

  func bind(_ bytes: [UInt8]?, at index: Int32) throws {
    guard let bytes else { return try check(sqlite3_bind_null(handle, index)) }
    let code = bytes.withUnsafeBytes { raw in
      raw.isEmpty
        ? sqlite3_bind_zeroblob(handle, index, 0)
        : sqlite3_bind_blob64(handle, index, bound.keep(raw, for: index), UInt64(raw.count), nil)
    }
    try check(code)
  }

  private func check(_ code: Int32) throws {
    guard code == SQLITE_OK else { throw Self.error(code, connection) }
  }
}

extension PreparedStatement {
  /// A text for the parameter of a number; nil for NULL.
  typealias Text = (value: String?, index: Int32)

  /// Runs with bytes and texts that are read where they stand, and not copied first.
  func run(
    borrowing bytes: [UInt8], at index: Int32, texts one: Text, _ other: Text, _ third: Text
  ) throws -> Int {
    try bytes.withUnsafeBytes { raw in
      // Without a destructor SQLite reads them until the statement is reset, which `run` does.
      try check(
        raw.isEmpty
          ? sqlite3_bind_zeroblob(handle, index, 0)
          : sqlite3_bind_blob64(handle, index, raw.baseAddress, UInt64(raw.count), nil))
      return try borrowing(one) { try self.borrowing(other) { try self.borrowing(third) { try run() } } }
    }
  }

  /// Binds bytes that stay where they are until the statement is reset.
  func bind(borrowed bytes: UnsafeRawBufferPointer, at index: Int32) throws {
    try check(
      bytes.isEmpty
        ? sqlite3_bind_zeroblob(handle, index, 0)
        : sqlite3_bind_blob64(handle, index, bytes.baseAddress, UInt64(bytes.count), nil))
  }

  /// The same for UTF-8.
  func bind(borrowedText utf8: UnsafeRawBufferPointer, at index: Int32) throws {
    guard !utf8.isEmpty else { return try bind("", at: index) }
    let characters = utf8.assumingMemoryBound(to: CChar.self)
    try check(
      sqlite3_bind_text64(
        handle, index, characters.baseAddress, UInt64(characters.count), nil, UInt8(SQLITE_UTF8)))
  }

  private func borrowing(_ text: Text, _ body: () throws -> Int) throws -> Int {
    guard var value = text.value, !value.isEmpty else {
      try bind(text.value, at: text.index)
      return try body()
    }
    return try value.withUTF8 { utf8 in
      try utf8.withMemoryRebound(to: CChar.self) { characters in
        try check(
          sqlite3_bind_text64(
            handle, text.index, characters.baseAddress, UInt64(characters.count), nil, UInt8(SQLITE_UTF8)))
        return try body()
      }
    }
  }
}

extension PreparedStatement {
  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func optionalInteger(_ column: Int32) -> Int64? { isNull(column) ? nil : integer(column) }

  /// The bytes of a BLOB where SQLite has them; gone with the next step.
  func rawBytes(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_blob(handle, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  /// The UTF-8 of a text where SQLite has it, nothing for NULL; gone with the next step.
  func rawText(_ column: Int32) -> UnsafeRawBufferPointer {
    let start = sqlite3_column_text(handle, column)
    return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column)))
  }

  func bytes(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func text(_ column: Int32) -> String? {
    guard let start = sqlite3_column_text(handle, column) else { return nil }
    let count = Int(sqlite3_column_bytes(handle, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }
}

/// Memory for what is bound as text or bytes, a piece a parameter.
private struct BoundValues: ~Copyable {
  private let pieces: UnsafeMutableBufferPointer<UnsafeMutableRawBufferPointer>

  init(parameters: Int) {
    pieces = .allocate(capacity: parameters + 1)
    pieces.initialize(repeating: UnsafeMutableRawBufferPointer(start: nil, count: 0))
  }

  deinit {
    for piece in pieces { piece.deallocate() }
    pieces.deallocate()
  }

  /// The bytes where they stay until the parameter is bound anew; never a null pointer.
  func keep(_ bytes: UnsafeRawBufferPointer, for index: Int32) -> UnsafeMutableRawPointer {
    var piece = pieces[Int(index)]
    if piece.isEmpty || piece.count < bytes.count {
      piece.deallocate()
      piece = .allocate(byteCount: max(64, 2 * bytes.count), alignment: 1)
      pieces[Int(index)] = piece
    }
    piece.copyMemory(from: bytes)
    return piece.baseAddress.unsafelyUnwrapped
  }
}
