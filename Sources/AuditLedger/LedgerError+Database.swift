import GRDB

extension LedgerError {
  /// What a failure of SQLite means for the ledger at a path.
  ///
  /// Bound values stay out of the message: they are other people's keys.
  init(_ error: any Error, path: String) {
    if let error = error as? LedgerError {
      self = error
      return
    }
    guard let error = error as? DatabaseError else {
      self.init(.failed, "the ledger \(path) failed: \(error)")
      return
    }
    let said = error.message ?? "SQLite code \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_FULL:
      self.init(
        .diskFull,
        "no space is left for the ledger \(path); make room and run the same command again: nothing is lost")
    case .SQLITE_NOTADB:
      self.init(.foreign, "\(path) is not a ledger of tranship; name another file with --ledger")
    case .SQLITE_CORRUPT:
      self.init(
        .corrupt,
        "the ledger \(path) is damaged (\(said)); keep it, and start again with a new one: "
          + "objects that are there already are compared, not copied")
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY, .SQLITE_AUTH:
      self.init(
        .unreadable, "cannot open the ledger \(path): \(said); check that the file and its folder are yours")
    case .SQLITE_IOERR:
      self.init(
        .unreadable, "the disk failed under the ledger \(path): \(said); check the disk before another run")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      self.init(
        .held, "another program keeps the ledger \(path) locked; end it and run the same command again")
    default:
      self.init(.failed, "the ledger \(path) failed: \(said)")
    }
  }
}
