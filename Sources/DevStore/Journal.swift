import Synchronization

/// What a server was asked, in the order of its answers.
final class Journal: Sendable {
  private let entries = Mutex<[JournalEntry]>([])

  func add(_ entry: JournalEntry) {
    entries.withLock { entries in
      var entry = entry
      entry.ordinal = entries.count + 1
      entries.append(entry)
    }
  }

  var all: [JournalEntry] { entries.withLock { $0 } }
}
