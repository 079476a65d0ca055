import GRDB
import Glibc

/// The file that a ledger lives in: its one true path, how it is made, and what kind of file it is.
///
/// Nothing here opens a database that exists by any other way than SQLite: closing a descriptor of it would
/// drop the locks that SQLite holds in the same process.
struct LedgerFile: Sendable {
  let path: String
  /// The file does not exist or is empty.
  let isNew: Bool

  /// Resolves symbolic links, so that two names of one ledger have one lock.
  init(_ path: String, mode: Ledger.Mode) throws(LedgerError) {
    var status = stat()
    guard stat(path, &status) == 0 else {
      self = try Self.absent(path, mode: mode, cause: errno)
      return
    }
    guard status.st_mode & S_IFMT == S_IFREG else {
      throw LedgerError(.foreign, "\(path) is not a file; name a file for the ledger")
    }
    guard access(path, mode == .read ? R_OK : R_OK | W_OK) == 0 else {
      throw LedgerError(
        .unreadable, "cannot open the ledger \(path): \(systemMessage(errno)); check its owner and rights")
    }
    isNew = status.st_size == 0
    if isNew, mode != .create {
      throw LedgerError(
        .foreign, "\(path) is empty and holds no ledger; start with tranship migrate or inventory")
    }
    self.path = Self.resolved(path) ?? path
  }

  private init(path: String, isNew: Bool) {
    self.path = path
    self.isNew = isNew
  }

  private static func absent(_ path: String, mode: Ledger.Mode, cause: Int32) throws(LedgerError)
    -> LedgerFile
  {
    guard cause == ENOENT else {
      throw LedgerError(.unreadable, "cannot open the ledger \(path): \(systemMessage(cause))")
    }
    guard mode == .create else {
      throw LedgerError(.missing, "there is no ledger at \(path); start with tranship migrate or inventory")
    }
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let name = slash.map { String(path[path.index(after: $0)...]) } ?? path
    guard !name.isEmpty, let real = resolved(folder) else {
      throw LedgerError(
        .unreadable, "cannot make the ledger \(path): its folder does not exist; make it first")
    }
    return LedgerFile(path: real == "/" ? "/\(name)" : "\(real)/\(name)", isNew: true)
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = realpath(path, nil) else { return nil }
    defer { free(real) }
    return String(cString: real)
  }

  /// Whether a ledger lies on a file system that is mounted read-only, whole in one file.
  ///
  /// What a killed run left in the journal is part of the ledger, and is not to be read past.
  static func isUnchanging(_ path: String) -> Bool {
    guard access(path, W_OK) != 0, errno == EROFS else { return false }
    var journal = stat()
    return stat(path + "-wal", &journal) != 0 || journal.st_size == 0
  }

  /// Whether a transaction ended in its middle that was made without a write-ahead journal, as the first of a ledger is.
  ///
  /// Nobody who only reads can look at such a file before it is undone.
  var isCutOff: Bool {
    var journal = stat()
    return stat(path + "-journal", &journal) == 0 && journal.st_size > 0
  }

  /// Makes the empty file for the owner alone; SQLite gives its `-wal` and `-shm` the same rights.
  ///
  /// Called under the lock. The descriptor is of a file that nobody can have opened as a database before.
  func make() throws(LedgerError) {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
    if descriptor >= 0 {
      close(descriptor)
    } else if errno != EEXIST || chmod(path, mode_t(0o600)) != 0 {
      throw LedgerError(
        .unreadable, "cannot make the ledger \(path): \(systemMessage(errno)); check the folder's rights")
    }
  }

  /// Reads the marks of a file that exists, before anything is written to it.
  ///
  /// Throws `foreign` for what is not a ledger, and `newer-schema` for one of a later version. A database without
  /// tables may become one: a run that ended while it made the ledger leaves such a one.
  func checkMarks(_ db: Database, mode: Ledger.Mode) throws {
    let application = try Int64.fetchOne(db, sql: LedgerSchema.readApplication)
    let tables = try Int64.fetchOne(db, sql: LedgerSchema.countTables)
    let isBlank = application == 0 && tables == 0
    guard application == LedgerSchema.application || (mode == .create && isBlank) else {
      guard !isBlank else {
        throw LedgerError(
          .foreign, "\(path) is empty and holds no ledger; start with tranship migrate or inventory")
      }
      throw LedgerError(
        .foreign, "\(path) is a database of another program; name another file for the ledger")
    }
    let version = try Int64.fetchOne(db, sql: LedgerSchema.readVersion) ?? 0
    guard version <= LedgerSchema.version else {
      throw LedgerError(
        .newerSchema,
        "the ledger \(path) has schema \(version) and this tranship knows \(LedgerSchema.version); use the newer tranship"
      )
    }
  }
}
