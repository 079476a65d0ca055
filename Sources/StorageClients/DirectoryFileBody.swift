import Glibc
import NIOCore
import NIOPosix
import ObjectStorage

/// The bytes of a file, read ahead of nobody: a chunk when it is asked for.
///
/// The last chunk is given only after a second look at the file: a size, time or file that changed ends the
/// body with `precondition-failed` in its place.
final class DirectoryFileBody: BodySource {
  /// Large enough that the way to the thread pool and back costs nothing beside the read.
  static let chunkBytes: Int64 = 1 << 20

  private let eventLoop: any EventLoop
  private let threadPool: NIOThreadPool
  private let path: String
  private let key: ObjectKey
  private let entry: DirectoryEntry
  private var file: DirectoryDescriptor?
  private var offset: Int64
  private let end: Int64

  init(
    _ file: DirectoryDescriptor, entry: DirectoryEntry, from offset: Int64, to end: Int64, key: ObjectKey,
    path: String, threadPool: NIOThreadPool, eventLoop: any EventLoop
  ) {
    self.file = file
    self.entry = entry
    self.offset = offset
    self.end = end
    self.key = key
    self.path = path
    self.threadPool = threadPool
    self.eventLoop = eventLoop
  }

  func next(_ deliver: @escaping (BodyEvent) -> Void) {
    guard let file, offset < end else {
      self.file = nil
      return deliver(offset < end ? .failure(cancelled) : .end)
    }
    let start = offset
    let count = min(Self.chunkBytes, end - offset)
    let isLast = start + count == end
    let (entry, key, path) = (self.entry, self.key, self.path)
    let read = threadPool.runIfActive(eventLoop: eventLoop) {
      Result { () throws(StorageError) -> ByteBuffer in
        let chunk = try file.read(count, at: start, key: key, path: path)
        if isLast { try file.check(entry, key: key, path: path) }
        return chunk
      }
    }
    read.assumeIsolated().whenComplete { [self] result in deliver(event(of: result, count)) }
  }

  func cancel() { file = nil }

  private func event(of result: Result<Result<ByteBuffer, StorageError>, any Error>, _ count: Int64)
    -> BodyEvent
  {
    switch result {
    case .success(.success(let chunk)):
      offset += count
      return .chunk(chunk)
    case .success(.failure(let error)):
      file = nil
      return .failure(error)
    case .failure:
      file = nil
      return .failure(StorageError(.cancelled, "the thread pool was shut down while in use", key: key))
    }
  }

  private var cancelled: StorageError { StorageError(.cancelled, "the body was given up", key: key) }
}
