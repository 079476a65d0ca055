import NIOConcurrencyHelpers

/// What was asked of a generated body.
struct ChunkCount: Sendable {
  let pulled = NIOLockedValueBox(0)
  let cancelled = NIOLockedValueBox(false)
}
