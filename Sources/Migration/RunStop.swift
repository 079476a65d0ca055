public import AuditLedger
import Inventory
public import ObjectStorage
import Transfers

/// Why a run could not go on.
///
/// The ledger keeps its state, and the same command goes on from it.
public enum RunStop: Error, Sendable {
  case storage(Side, StorageError)
  case ledger(LedgerError)
  /// A signal, or a cancelled task.
  case interrupted
  /// The counts of the ledger do not add up: nothing that it says may be believed.
  case unbalanced(Tally)
  /// The ledger was to give an inventory that it does not hold complete.
  case inventoryMissing(Side)

  init(_ side: Side, _ error: StorageError) {
    self = error.code == .cancelled ? .interrupted : .storage(side, error)
  }

  init(_ failure: CopyFailure) {
    self.init(failure.side, failure.error)
  }

  init(_ side: Side, _ failure: InventoryFailure) {
    switch failure {
    case .store(let error): self.init(side, error)
    case .ledger(let error): self = .ledger(error)
    }
  }
}

extension RunStop: CustomStringConvertible {
  public var description: String {
    switch self {
    case .storage(let side, let error): "\(side.rawValue): \(error)"
    case .ledger(let error): error.message
    case .inventoryMissing(let side):
      "the ledger holds no complete inventory of the \(side.rawValue); run without --no-listing"
    case .interrupted: "stopped; run the same command again to go on"
    case .unbalanced(let tally):
      "the ledger's counts do not add up: total \(tally.total), completed \(tally.completed), error \(tally.error), "
        + "skipped \(tally.skipped), pending \(tally.pending); keep the file and report this"
    }
  }
}

/// Runs a ledger's action as a part of a run.
func kept<Value: Sendable>(
  _ action: () async throws(LedgerError) -> Value
) async throws(RunStop) -> Value {
  do {
    return try await action()
  } catch {
    throw RunStop.ledger(error)
  }
}
