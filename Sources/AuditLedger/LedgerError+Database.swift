import GRDB

extension LedgerError {
  /// Says in the ledger's words what SQLite reported; bound values never appear.
  init(_ error: any Error, path: String) {
    if let error = error as? LedgerError {
      self = error
    } else if let error = error as? DatabaseError {
      self = Self.translated(error, path: path)
    } else {
      self.init(.failed, "the ledger \(path) cannot be used: \(error)")
    }
  }

  private static func translated(_ error: DatabaseError, path: String) -> LedgerError {
    let cause = error.message ?? "error \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL:
      return LedgerError(
        .diskFull,
        "no space for the ledger \(path): nothing that was recorded is lost; free some space on its disk and run again"
      )
    case .SQLITE_NOTADB:
      return LedgerError(
        .foreign,
        "\(path) is not a ledger, or its first page is damaged; name another file, or restore a copy")
    case .SQLITE_CORRUPT: return damaged(path, cause)
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      return LedgerError(.held, "the ledger \(path) is locked by another program; close it and run again")
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
      return LedgerError(
        .unreadable,
        "cannot open the ledger \(path): \(cause); check the rights of the file and of its folder, which SQLite writes to"
      )
    case .SQLITE_IOERR:
      return LedgerError(
        .failed, "the disk of the ledger \(path) failed: \(cause); check the disk and run again")
    default:
      return LedgerError(.failed, "the ledger \(path) cannot be used: \(cause)")
    }
  }

  static func damaged(_ path: String, _ cause: String) -> LedgerError {
    LedgerError(
      .corrupt,
      "the ledger \(path) is damaged: \(cause); restore a copy, or begin a new ledger: what the destination holds already is proven again without sending it"
    )
  }
}
