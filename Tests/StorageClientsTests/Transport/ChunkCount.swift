import NIOConcurrencyHelpers

/// What was asked of a generated body.
struct ChunkCount: Sendable {
  let pulled = NIOLockedValueBox(0)
  let cancelled = NIOLockedValueBox(false)

  /// Returns when the body was given up; a test that never sees it hangs and is ended by its time limit.
  func untilCancelled() async {
    while !cancelled.withLockedValue({ $0 }) { await Task.yield() }
  }
}
