import ArgumentParser
import AuditLedger
import Migration
import ObjectStorage

/// Turns what a command throws into one line and an exit status.
enum Failure {
  static func handle(_ console: Console, _ action: () async throws -> ExitStatus) async throws {
    var status: ExitStatus
    do {
      status = try await action()
    } catch let error as LedgerError {
      console.note("tranship: \(error.message)")
      status = ExitStatus(error)
    } catch let error as StorageError {
      console.note("tranship: \(error.message)")
      status = error.code == .invalidRequest ? .usage : .stopped
    }
    if status == .completed, let cause = StandardOutput.fault {
      console.note(
        "tranship: the results cannot be written to stdout: \(cause); give them another place and run again")
      status = .stopped
    }
    if status != .completed { throw status.code }
  }
}

/// Opens a ledger for as long as an action runs; of a dry run one that is thrown away.
func withLedger<Value>(
  _ path: String, _ mode: Ledger.Mode, isDry: Bool, _ action: (Ledger) async throws -> Value
) async throws -> Value {
  guard isDry else { return try await withLedger(path, mode, action) }
  let scratch = try await ScratchLedger(of: path)
  do {
    let value = try await action(scratch.ledger)
    await scratch.discard()
    return value
  } catch {
    await scratch.discard()
    throw error
  }
}

/// Opens a ledger for as long as an action runs.
func withLedger<Value>(
  _ path: String, _ mode: Ledger.Mode, _ action: (Ledger) async throws -> Value
) async throws -> Value {
  let ledger = try await Ledger.open(path, mode)
  do {
    let value = try await action(ledger)
    await ledger.close()
    return value
  } catch {
    await ledger.close()
    throw error
  }
}
