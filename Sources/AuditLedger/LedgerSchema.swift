import GRDB

/// The marks and the versions of the ledger's schema.
///
/// Versions are append-only: a version that was released is never edited, a change is a new one.
enum LedgerSchema {
  /// `TRSH` in ASCII.
  static let application: Int64 = 0x5452_5348
  static let version: Int64 = 3

  static let readApplication = "PRAGMA application_id"
  static let readVersion = "PRAGMA user_version"
  /// All but the table that keeps count of versions: it comes in a transaction before those of the ledger.
  static let countTables = "SELECT count(*) FROM sqlite_schema WHERE tbl_name <> 'grdb_migrations'"

  /// Each version's statements bring a ledger of the one before up to date.
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("3", merging: ["1", "2"]) { db, applied in
      let statements =
        applied.isEmpty
        ? inOneGo(version1 + version2 + version3) : (applied.contains("2") ? [] : version2) + version3
      for statement in statements { try db.execute(sql: statement) }
    }
    return migrator
  }

  static let version1 =
    version1Tables + version1Counters + version1Guards + version1Views + version1Marks
  static let version3 =
    version3Ranges + version3Filters + version3AuditDetails + version3Versions + version3Restores
    + version3Parts
    + version3Decisions + version3Measures + version3Seals + version3Evidence + version3Marks

  private static let version1Marks = [
    "PRAGMA application_id = 1414681416",
    "PRAGMA user_version = 1",
  ]

  private static let version3Marks = ["PRAGMA user_version = 3"]
}

extension LedgerSchema {
  static let pageCount = "PRAGMA page_count"
  static let pageSize = "PRAGMA page_size"
  static let checkAll = "PRAGMA quick_check(5)"
  static let checkJob = "PRAGMA quick_check(job)"
  static let checkRun = "PRAGMA quick_check(run)"
  static let checkListing = "PRAGMA quick_check(listing)"
  static let checkStarted = "PRAGMA quick_check(started)"
  static let checkCounts = "PRAGMA quick_check(outcome_count)"
  /// Up to this size a ledger is checked whole when it is opened for writing.
  static let wholeCheckBytes: Int64 = 256 << 20

  /// Looks for damage; throws `corrupt` where there is some.
  ///
  /// A larger file would delay every start: of such a one the tables that steer a run are checked, and
  /// SQLite checks the other pages as it reads them.
  static func check(_ db: Database, path: String) throws {
    let pages = try Int64.fetchOne(db, sql: pageCount) ?? 0
    let bytes = try Int64.fetchOne(db, sql: pageSize) ?? 0
    let isSmall = pages.multipliedReportingOverflow(by: bytes).partialValue <= wholeCheckBytes
    let checks = isSmall ? [checkAll] : [checkJob, checkRun, checkListing, checkStarted, checkCounts]
    for statement in checks {
      let findings = try String.fetchAll(db, sql: statement)
      guard findings == ["ok"] else {
        throw LedgerError.damaged(path, findings.first ?? "the check gave no answer")
      }
    }
  }
}
