import GRDBSQLite
import Synchronization

/// Ends a long reading from another thread.
final class StopRequest: Sendable {
  private let flag = Atomic<Bool>(false)

  var isMade: Bool { flag.load(ordering: .relaxed) }

  func make() { flag.store(true, ordering: .relaxed) }

  /// Lets the request stop whatever runs on a connection, also where no row comes for long; until `release`.
  func watch(_ connection: OpaquePointer) {
    sqlite3_progress_handler(
      connection, 10_000,
      { context in
        guard let context else { return 0 }
        return Unmanaged<StopRequest>.fromOpaque(context).takeUnretainedValue().isMade ? 1 : 0
      }, Unmanaged.passUnretained(self).toOpaque())
  }

  func release(_ connection: OpaquePointer) { sqlite3_progress_handler(connection, 0, nil, nil) }
}
