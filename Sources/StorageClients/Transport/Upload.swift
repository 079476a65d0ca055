import NIOCore
import NIOHTTP1
import ObjectStorage

/// The body of a request on its way: pulled only while the socket takes more.
final class Upload {
  private let body: ObjectBody
  private let length: Int64
  private let connection: Connection
  private var takenBytes: Int64 = 0
  /// The chunk that completes the announced length waits for the body's end: with it on the way the store
  /// would keep a body that turns out too long, or that fails at its end.
  private var lastChunk: ByteBuffer?
  private var isPulling = false
  private var isLooping = false
  private var isOver = false
  private let onProgress: () -> Void
  private let onEnd: (StorageError?) -> Void

  /// `onEnd` is called once: with nil when everything was handed to the socket, or with what went wrong.
  init(
    _ body: ObjectBody, length: Int64, over connection: Connection, onProgress: @escaping () -> Void,
    onEnd: @escaping (StorageError?) -> Void
  ) {
    self.body = body
    self.length = length
    self.connection = connection
    self.onProgress = onProgress
    self.onEnd = onEnd
  }

  /// Whether the next step is the peer's: its socket does not take more.
  var waitsForPeer: Bool { !isOver && !isPulling }

  /// Pulls and sends for as long as both sides are ready.
  func resume() {
    guard !isLooping else { return }
    isLooping = true
    repeat {
      while !isOver, !isPulling, connection.isWritable {
        isPulling = true
        body.next { event in
          self.isPulling = false
          self.take(event)
          self.resume()
        }
      }
      // One write for the head and as much of the body as was there; it may leave room for more.
      connection.flush()
    } while !isOver && !isPulling && connection.isWritable
    isLooping = false
    // Whoever is waited for, the body or the peer, may be another than before.
    onProgress()
  }

  /// The rest is not wanted.
  func stop() {
    guard !isOver else { return }
    isOver = true
    body.cancel()
  }

  private func take(_ event: BodyEvent) {
    guard !isOver else { return }
    switch event {
    case .chunk(let chunk): take(chunk)
    case .end: end()
    case .failure(let error): finish(error)
    }
  }

  private func take(_ chunk: ByteBuffer) {
    let size = Int64(chunk.readableBytes)
    guard size <= length - takenBytes else {
      body.cancel()
      return finish(differs("more"))
    }
    takenBytes += size
    if takenBytes < length { send(chunk) } else if size > 0 { lastChunk = chunk }
  }

  private func end() {
    guard takenBytes == length else { return finish(differs("only \(takenBytes)")) }
    if let lastChunk { send(lastChunk) }
    finish(nil)
  }

  private func send(_ chunk: ByteBuffer) {
    let written = connection.writePromise()
    written?.futureResult.assumeIsolated().whenSuccess { self.onProgress() }
    connection.send(.body(.byteBuffer(chunk)), promise: written)
  }

  private func finish(_ error: StorageError?) {
    isOver = true
    lastChunk = nil
    if error == nil { connection.send(.end(nil)) }
    onEnd(error)
  }

  private func differs(_ count: String) -> StorageError {
    StorageError(.lengthDiffers, "the body announced \(length) bytes and gave \(count)")
  }
}
