import AuditLedger
import ObjectStorage

/// The objects that a retry may touch: its filters take them in.
///
/// Everything else stays as it is, in whatever list it stands; keys that wait go on waiting.
struct RetrySelection: Sendable {
  let filter: ObjectFilter
  let prefix: ObjectKey
  let ledger: Ledger

  func contains(_ object: ListedObject) -> Bool { filter.exclusion(of: object, below: prefix) == nil }

  func contains(_ transfer: StartedTransfer) -> Bool {
    contains(
      ListedObject(
        key: transfer.key, size: transfer.source.size, eTag: transfer.source.eTag,
        lastModifiedAt: transfer.source.lastModifiedAt))
  }

  /// Makes the selected keys of the error list pending; `refresh` brings a changed object's inventory row up to date
  /// before that.
  func reopenErrors(refresh: (ObjectKey) async throws(RunStop) -> Void) async throws(RunStop) {
    guard !filter.isEmpty else {
      for key in try await kept({ () throws(LedgerError) in try await ledger.keysFoundChanged() }) {
        try await refresh(key)
      }
      _ = try await kept { () throws(LedgerError) in try await ledger.reopenErrors() }
      return
    }
    var after: ObjectKey?
    while true {
      let start = after
      let rows = try await kept { () throws(LedgerError) in try await ledger.errors(after: start, limit: 1000)
      }
      guard let last = rows.last else { return }
      after = last.source.key
      let selected = rows.filter { contains($0.source) }
      for row in selected where row.errorClass == .sourceChanged { try await refresh(row.source.key) }
      let keys = selected.map(\.source.key)
      _ = try await kept { () throws(LedgerError) in try await ledger.reopenErrors(keys) }
    }
  }
}
