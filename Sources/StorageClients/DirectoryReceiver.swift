import Checksums
import NIOCore
import NIOPosix
import ObjectStorage

/// Takes a body into a file: a chunk is asked for when the one before it is written.
///
/// Lives on the body's event loop; writing happens on the thread pool.
final class DirectoryReceiver {
  /// The CRC-64/XZ of what was received, or why it is not whole.
  typealias Outcome = Result<Checksum, StorageError>

  private let body: ObjectBody
  private let length: Int64
  private let file: DirectoryDescriptor
  private let path: String
  private let threadPool: NIOThreadPool
  private var finish: ((Outcome) -> Void)?
  private var hasher: StreamingHasher?
  private var received: Int64 = 0

  init(
    _ body: ObjectBody, length: Int64, into file: DirectoryDescriptor, path: String,
    threadPool: NIOThreadPool, finish: @escaping (Outcome) -> Void
  ) {
    self.body = body
    self.length = length
    self.file = file
    self.path = path
    self.threadPool = threadPool
    self.finish = finish
    hasher = StreamingHasher(.crc64xz)
  }

  func pull() {
    body.next { [self] event in receive(event) }
  }

  func cancel() {
    end(.failure(StorageError(.cancelled, "the write was cancelled")))
  }

  private func receive(_ event: BodyEvent) {
    guard finish != nil else { return }
    switch event {
    case .chunk(let chunk): take(chunk)
    case .end: complete()
    case .failure(let error): end(.failure(error))
    }
  }

  private func take(_ chunk: ByteBuffer) {
    let offset = received
    received += Int64(chunk.readableBytes)
    guard received <= length else { return end(.failure(lengthDiffers("more"))) }
    chunk.withUnsafeReadableBytes { hasher?.update($0) }
    let (file, path) = (self.file, self.path)
    let written = threadPool.runIfActive(eventLoop: body.eventLoop) {
      Result { () throws(StorageError) in try file.write(chunk, at: offset, path: path) }
    }
    written.assumeIsolated().whenComplete { [self] result in
      guard finish != nil else { return }
      switch result {
      case .success(.success): pull()
      case .success(.failure(let error)): end(.failure(error))
      case .failure: end(.failure(StorageError(.cancelled, "the thread pool was shut down while in use")))
      }
    }
  }

  private func complete() {
    guard received == length else { return end(.failure(lengthDiffers("fewer"))) }
    guard let hasher = hasher.take() else { return }
    end(.success(hasher.finish()))
  }

  private func end(_ outcome: Outcome) {
    guard let finish else { return }
    self.finish = nil
    if case .failure = outcome { body.cancel() }
    finish(outcome)
  }

  private func lengthDiffers(_ direction: String) -> StorageError {
    StorageError(.lengthDiffers, "the body has \(direction) bytes than the \(length) announced")
  }
}

extension DirectoryReceiver {
  /// A task may be cancelled before its body is asked for anything.
  private enum Phase {
    case receiving(DirectoryReceiver)
    case cancelled
  }

  /// Receives a body whole; cancelling the task ends it with `cancelled`.
  static func receive(
    _ body: ObjectBody, length: Int64, into file: DirectoryDescriptor, path: String, threadPool: NIOThreadPool
  ) async throws(StorageError) -> Checksum {
    let eventLoop = body.eventLoop
    let phase = NIOLoopBoundBox<Phase?>.makeEmptyBox(valueType: Phase.self, eventLoop: eventLoop)
    let outcome: Outcome = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        eventLoop.execute {
          let made = DirectoryReceiver(
            body, length: length, into: file, path: path, threadPool: threadPool
          ) { continuation.resume(returning: $0) }
          if case .cancelled = phase.value { return made.cancel() }
          phase.value = .receiving(made)
          made.pull()
        }
      }
    } onCancel: {
      eventLoop.execute {
        if case .receiving(let receiver) = phase.value { receiver.cancel() }
        phase.value = .cancelled
      }
    }
    return try outcome.get()
  }
}
