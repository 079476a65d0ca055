public import AuditLedger
import ObjectStorage

/// What a retry is limited to beside its filter.
public struct RetryScope: Sendable {
  /// The keys that somebody lists, in their order, each once; nil for all.
  public var keys: [ListedKey]?
  /// Nil for all.
  public var classes: Set<ErrorClass>?

  public init(keys: [ListedKey]? = nil, classes: Set<ErrorClass>? = nil) {
    self.keys = keys
    self.classes = classes
  }
}

/// The objects that a retry may touch: its filters and its scope take them in.
///
/// Everything else stays as it is, in whatever list it stands; keys that wait go on waiting.
struct RetrySelection: Sendable {
  let filter: ObjectFilter
  let prefix: ObjectKey
  let ledger: Ledger
  let scope: RetryScope?
  /// The keys of the wanted classes that this run and stopped ones before it opened again, in their order.
  private var reopened: [ObjectKey] = []

  init(filter: ObjectFilter, prefix: ObjectKey, ledger: Ledger, scope: RetryScope? = nil) {
    self.filter = filter
    self.prefix = prefix
    self.ledger = ledger
    self.scope = scope
  }

  func contains(_ object: ListedObject) -> Bool {
    isListed(object) && (scope?.classes == nil || reopened.holds(object.key) { $0 })
  }

  func contains(_ transfer: StartedTransfer) -> Bool {
    contains(
      ListedObject(
        key: transfer.key, size: transfer.source.size, eTag: transfer.source.eTag,
        lastModifiedAt: transfer.source.lastModifiedAt))
  }

  private func isListed(_ object: ListedObject) -> Bool {
    filter.exclusion(of: object, below: prefix) == nil
      && scope?.keys?.holds(object.key, \.key) ?? true
  }

  private func isWanted(_ row: ErrorRow) -> Bool {
    isListed(row.source) && scope?.classes?.contains(row.errorClass) ?? true
  }

  /// Makes the selected keys of the error list pending; `refresh` brings a changed object's inventory row up to date
  /// before that.
  mutating func reopenErrors(refresh: (ObjectKey) async throws(RunStop) -> Void) async throws(RunStop) {
    guard !filter.isEmpty || scope != nil else {
      for key in try await kept({ () throws(LedgerError) in try await ledger.keysFoundChanged() }) {
        try await refresh(key)
      }
      _ = try await kept { () throws(LedgerError) in try await ledger.reopenErrors() }
      return
    }
    if let classes = scope?.classes {
      let ledger = ledger
      reopened = try await kept { () throws(LedgerError) in try await ledger.keysReopened(from: classes) }
    }
    var after: ObjectKey?
    while true {
      let (start, ledger) = (after, ledger)
      let rows = try await kept { () throws(LedgerError) in try await ledger.errors(after: start, limit: 1000)
      }
      guard let last = rows.last else { break }
      after = last.source.key
      let selected = rows.filter(isWanted)
      for row in selected where row.errorClass == .sourceChanged { try await refresh(row.source.key) }
      let keys = selected.map(\.source.key)
      _ = try await kept { () throws(LedgerError) in try await ledger.reopenErrors(keys) }
      if scope?.classes != nil { reopened += keys }
    }
    reopened.sort()
  }
}

extension Array {
  /// Whether a key is among elements that are in the order of their keys.
  func holds(_ key: ObjectKey, _ keyOf: (Element) -> ObjectKey) -> Bool {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if keyOf(self[middle]) < key { low = middle + 1 } else { high = middle }
    }
    return low < endIndex && keyOf(self[low]) == key
  }
}
