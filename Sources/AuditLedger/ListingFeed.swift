import Dispatch
public import ObjectStorage
import Synchronization

/// Carries the rows of a listing from the thread that reads them to the one that writes the ledger.
///
/// A few batches may be on their way; whoever reads faster than the ledger writes waits.
public final class ListingFeed: Sendable {
  private struct State {
    var batches: [ListingRows] = []
    var outcome: Result<ListingSummary, StorageError>?
    var isClosed = false
  }

  private static let batchesOnTheirWay = 4

  private let state = Mutex(State())
  /// Counts the places that are free.
  private let room = DispatchSemaphore(value: 0)
  /// Counts the batches that wait, and the end.
  private let waiting = DispatchSemaphore(value: 0)

  init() {
    // A semaphore must not be destroyed below its first value.
    for _ in 0..<Self.batchesOnTheirWay { room.signal() }
  }

  /// Hands a batch over; throws `cancelled` where the ledger takes no more, which then has its own error.
  public func send(_ rows: ListingRows) throws(StorageError) {
    room.wait()
    let isClosed = state.withLock { state in
      if !state.isClosed { state.batches.append(rows) }
      return state.isClosed
    }
    guard !isClosed else {
      room.signal()
      throw StorageError(.cancelled, "the ledger takes no more rows")
    }
    waiting.signal()
  }

  /// Says how the reading ended; once, after the last batch.
  func end(_ outcome: Result<ListingSummary, StorageError>) {
    state.withLock { $0.outcome = outcome }
    waiting.signal()
  }

  /// The next batch; nil behind the last one.
  func next() -> ListingRows? {
    waiting.wait()
    let batch = state.withLock { state in state.batches.isEmpty ? nil : state.batches.removeFirst() }
    if batch != nil { room.signal() }
    return batch
  }

  /// How the reading ended; nil where it goes on.
  var outcome: Result<ListingSummary, StorageError>? { state.withLock { $0.outcome } }

  /// Takes no more: a reader that waits goes on to its end.
  func close() {
    state.withLock { state in
      state.isClosed = true
      state.batches = []
    }
    room.signal()
  }
}
