import Glibc
import Synchronization

/// The lock file beside a ledger; held by the one process that writes, for as long as it lives.
///
/// It is a file of its own because closing any descriptor of the SQLite file would drop SQLite's own locks.
final class LedgerLock: Sendable {
  private let descriptor: Atomic<Int32>

  init(beside path: String) throws(LedgerError) {
    let lockPath = path + ".lock"
    let descriptor = open(lockPath, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw LedgerError(
        .unreadable,
        "cannot open \(lockPath): \(String(cString: strerror(errno))); the folder must be writable")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      throw LedgerError(
        .held,
        "another run holds the ledger \(path); wait for it to end, or look at it with `tranship status`")
    }
    self.descriptor = Atomic(descriptor)
  }

  deinit { release() }

  func release() {
    let held = descriptor.exchange(-1, ordering: .relaxed)
    if held >= 0 { close(held) }
  }
}
