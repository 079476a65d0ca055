import NIOCore
import NIOPosix
import ObjectStorage

extension NIOThreadPool {
  /// Runs blocking work; it is not given up when the task is cancelled, so that what it began it also ends.
  func run<T: Sendable>(
    _ work: @escaping @Sendable () throws(StorageError) -> T
  ) async throws(StorageError) -> T {
    let outcome: Result<T, StorageError> = await withCheckedContinuation { continuation in
      submit { state in
        switch state {
        case .active: continuation.resume(returning: Result(catching: work))
        case .cancelled:
          continuation.resume(
            returning: .failure(StorageError(.cancelled, "the thread pool was shut down while in use")))
        }
      }
    }
    return try outcome.get()
  }
}

extension EventLoop {
  /// Runs work on this event loop.
  func perform<T: Sendable>(_ work: @escaping @Sendable () -> T) async -> T {
    await withCheckedContinuation { continuation in
      execute { continuation.resume(returning: work()) }
    }
  }
}
