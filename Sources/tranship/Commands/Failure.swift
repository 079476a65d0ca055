import ArgumentParser
import AuditLedger
import Migration
import ObjectStorage
import Reports

/// Turns what a command throws into one line and an exit status.
enum Failure {
  static func handle(_ console: Console, _ action: () async throws -> ExitStatus) async throws {
    let status: ExitStatus
    do {
      status = try await action()
    } catch let error as LedgerError {
      console.note("tranship: \(error.message)")
      status = ExitStatus(error)
    } catch let error as StorageError {
      console.note("tranship: \(error.message)")
      status = error.code == .invalidRequest ? .usage : .stopped
    } catch let error as ReportError {
      console.note("tranship: \(error.message)")
      status = .stopped
    }
    if status != .completed { throw status.code }
  }
}
