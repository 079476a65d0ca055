import Glibc
import Synchronization

/// The lock file beside a ledger: one writer at a time, and none left over when a process dies.
///
/// The kernel drops the lock with the process, so a file that is left behind means nothing. It is never
/// removed: between opening and locking, another process could lock a file that has no name any more.
final class LedgerLock: Sendable {
  private let descriptor: Mutex<Int32?>

  /// Takes the lock of the ledger at a path; throws `held` at once where another writer has it.
  init(ledgerPath: String) throws(LedgerError) {
    let path = ledgerPath + ".lock"
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, mode_t(0o600))
    guard descriptor >= 0 else {
      throw LedgerError(
        .unreadable, "cannot make the lock file \(path): \(systemMessage(errno)); check the folder's rights")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      let holder = Self.holder(descriptor)
      Glibc.close(descriptor)
      throw LedgerError(
        .held,
        "the ledger \(ledgerPath) is being written by another run\(holder); wait for it to end, or use another ledger"
      )
    }
    self.descriptor = Mutex(descriptor)
    Self.name(descriptor)
  }

  deinit { release() }

  /// Lets the next writer in; may be called more than once.
  func release() {
    descriptor.withLock { descriptor in
      if let open = descriptor {
        // Closing alone leaves the lock to a child that was forked this instant and has not yet become its program.
        flock(open, LOCK_UN)
        Glibc.close(open)
      }
      descriptor = nil
    }
  }

  /// Whether the process that last wrote the ledger at a path is still there, as far as its lock file tells.
  ///
  /// It says nothing of processes of another machine, and decides nothing.
  static func isHolderAlive(ledgerPath: String) -> Bool {
    let descriptor = open(ledgerPath + ".lock", O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return false }
    defer { Glibc.close(descriptor) }
    guard let number = number(descriptor) else { return false }
    return kill(number, 0) == 0 || errno == EPERM
  }

  /// The holder's process number is for people only: whether it can be written decides nothing.
  private static func name(_ descriptor: Int32) {
    let text = Array("\(getpid())\n".utf8)
    if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, text, text.count, 0) }
  }

  private static func holder(_ descriptor: Int32) -> String {
    number(descriptor).map { " (process \($0))" } ?? ""
  }

  private static func number(_ descriptor: Int32) -> Int32? {
    var text = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &text, text.count, 0)
    guard count > 0 else { return nil }
    return Int32(String(decoding: text.prefix(count).dropLast(), as: UTF8.self)).flatMap { $0 > 0 ? $0 : nil }
  }
}

/// The system's words for an error number.
func systemMessage(_ number: Int32) -> String {
  String(cString: strerror(number)).lowercased()
}
