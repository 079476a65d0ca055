import ArgumentParser
import AuditLedger
import Migration

/// What the process says when it ends.
enum ExitStatus: Int32 {
  /// Every object of the total list is completed, or skipped for a stated reason.
  case completed = 0
  /// Finished, and the error list is not empty.
  case errors = 1
  /// Could not finish; the state is kept.
  case stopped = 2
  case usage = 64
  /// Another run holds the ledger.
  case held = 75
  /// SIGINT, SIGTERM or SIGHUP; the state is kept.
  case interrupted = 130

  var code: ExitCode { ExitCode(rawValue) }

  init(_ tally: Tally) {
    self = tally.error == 0 && tally.pending == 0 ? .completed : .errors
  }

  init(_ error: LedgerError) {
    switch error.code {
    case .held: self = .held
    case .otherJob, .refusedQuery, .listed: self = .usage
    case .interrupted: self = .interrupted
    case .missing, .foreign, .newerSchema, .corrupt, .unreadable, .diskFull, .incomplete, .failed:
      self = .stopped
    }
  }

  init(_ stop: RunStop) {
    switch stop {
    case .storage, .unbalanced, .inventoryMissing: self = .stopped
    case .ledger(let error): self.init(error)
    case .interrupted: self = .interrupted
    }
  }

  /// The table that ends every `--help`.
  static let help = """
    EXIT STATUS
      0    every object is completed, or skipped for a stated reason
      1    finished, and the error list is not empty
      2    could not finish; the state is kept, run the same command again
      64   wrong usage
      75   another run holds the ledger
      130  stopped by SIGINT, SIGTERM or SIGHUP; the state is kept
    """
}
