import NIOConcurrencyHelpers
import NIOCore
import NIOHTTP1
import ObjectStorage

/// One request and its answer, from the wish for a connection to the last byte; on one event loop.
final class Exchange {
  private let request: HTTPRequest
  private let pool: ConnectionPool
  private var connection: Connection?
  private var upload: Upload?
  private var answer: AnswerBody?
  private var framing: AnswerFraming?
  private var watch: DeadlineWatch?
  private var onHead: ((Result<HTTPResponse, StorageError>) -> Void)?
  private var isRequestSent = false
  private var isOver = false {
    didSet { isOverForOthers.withLockedValue { $0 = isOver } }
  }
  /// The same for whoever is not on the event loop.
  let isOverForOthers = NIOLockedValueBox(false)
  private var isRepeated = false

  init(
    _ request: HTTPRequest, pool: ConnectionPool,
    onHead: @escaping (Result<HTTPResponse, StorageError>) -> Void
  ) {
    self.request = request
    self.pool = pool
    self.onHead = onHead
  }

  func start() {
    if let refusal = RequestHead.refusal(of: request) { return fail(refusal) }
    var deadlines = request.deadlines
    deadlines.idle = min(deadlines.idle, pool.limits.longestSilence ?? deadlines.idle)
    watch = DeadlineWatch(on: pool.eventLoop, deadlines) { self.fail($0) }
    takeConnection(fresh: false)
  }

  /// Nobody wants the answer any more: the connection ends with it.
  func abandon() { fail(StorageError(.cancelled, "the request was cancelled")) }

  func abandonUnlessAnswered() {
    if onHead != nil { abandon() }
  }

  private func takeConnection(fresh: Bool) {
    watch?.waitsForConnection()
    pool.take(request.origin, fresh: fresh, request.deadlines) { result in
      switch result {
      case .failure(let error): self.fail(error)
      case .success(let connection) where self.isOver: self.pool.giveBack(connection)
      case .success(let connection): self.send(over: connection)
      }
    }
  }

  private func send(over connection: Connection) {
    self.connection = connection
    connection.start(self)
    watch?.waitsForPeer()
    connection.send(.head(RequestHead.head(of: request, through: connection.proxy)))
    guard let body = request.body, let length = body.length else {
      connection.send(.end(nil))
      isRequestSent = true
      connection.flush()
      return connection.read()
    }
    connection.read()
    connection.writePieces(large: length > pool.limits.largeBodyBytes)
    upload = Upload(
      body, length: length, over: connection, onProgress: { [weak self] in self?.watchUpload() },
      onEnd: { [weak self] in self?.uploadEnded($0) })
    writabilityChanged()
  }

  private func uploadEnded(_ error: StorageError?) {
    if let error { return fail(error) }
    isRequestSent = true
    if onHead != nil { watch?.waitsForPeer() }
  }

  func writabilityChanged() {
    upload?.resume()
    watchUpload()
  }

  private func watchUpload() {
    guard let upload, onHead != nil, !isOver else { return }
    if isRequestSent || upload.waitsForPeer { watch?.waitsForPeer() } else { watch?.waitsForNobody() }
  }

  // What arrives, in order.

  func received(_ head: HTTPResponseHead) {
    switch AnswerFraming.of(head, to: request) {
    case .failure(let error): fail(error)
    case .success(let framing): deliver(head, framing)
    }
  }

  private func deliver(_ head: HTTPResponseHead, _ framing: AnswerFraming) {
    guard let onHead else { return }
    if head.status.code == 407, let proxy = connection?.proxy { return fail(proxy.refusal) }
    guard isRequestSent || head.status.code >= 300 else {
      return fail(StorageError(.malformedAnswer, "the store reports success before it had the whole body"))
    }
    self.onHead = nil
    self.framing = framing
    // A refusal before the body was sent is final: the rest of the body is not wanted.
    if !isRequestSent { upload?.stop() }
    connection?.readPieces(large: framing.length.map { $0 > pool.limits.largeBodyBytes } ?? true)
    let answer = AnswerBody(exchange: self)
    self.answer = answer
    watch?.waitsForNobody()
    let body = ObjectBody(
      eventLoop: pool.eventLoop, length: framing.length,
      source: AnswerHandle(answer, holding: self, on: pool.eventLoop))
    onHead(
      .success(
        HTTPResponse(
          status: Int(head.status.code),
          fields: HTTPFields(head.headers.map { (name: $0, value: withoutPadding($1)) }),
          body: body, isCloseDelimited: framing.isCloseDelimited)))
  }

  func received(_ chunk: ByteBuffer) {
    watch?.waitsForNobody()
    answer?.append(chunk)
  }

  func readCompleted() {
    // While the head is awaited there is always a read, so that an early answer is seen.
    if onHead != nil { connection?.read() } else if answer?.isAsked == true { wantsMore() }
  }

  /// The receiver of the answer's body asks and nothing is here.
  func wantsMore() {
    guard !isOver else { return }
    watch?.waitsForPeer()
    connection?.read()
  }

  func receivedEnd() {
    guard !isOver, let framing else { return }
    let connection = self.connection
    finish()
    if let connection, isRequestSent, framing.isReusable {
      pool.giveBack(connection)
    } else {
      end(connection)
    }
    answer?.end(.end)
  }

  func connectionFailed(_ error: any Error) {
    guard !isOver else { return }
    if mayRepeat {
      isRepeated = true
      connection = nil
      return takeConnection(fresh: true)
    }
    connection = nil
    fail(TransportFault.connected(error, to: request.origin))
  }

  /// A connection that rested may have been closed by the server while the request was under way to it.
  private var mayRepeat: Bool {
    guard let connection, connection.isReused, !isRepeated, request.body == nil else { return false }
    return request.method != .post && !connection.arrivals.isAnyByteOfAnswerSeen
  }

  private func fail(_ error: StorageError) {
    guard !isOver else { return }
    let connection = self.connection
    finish()
    if upload == nil { request.body?.cancel() }
    upload?.stop()
    end(connection)
    onHead?(.failure(error))
    onHead = nil
    answer?.end(.failure(shortfall(error)))
  }

  private func end(_ connection: Connection?) {
    if upload == nil { connection?.close() } else { connection?.reset() }
  }

  /// Says how far the body came where its connection was lost.
  private func shortfall(_ error: StorageError) -> StorageError {
    guard error.code == .connectionLost, let answer, let length = framing?.length else { return error }
    var error = error
    error.message += ", after \(answer.receivedBytes) of \(length) bytes"
    return error
  }

  private func finish() {
    isOver = true
    connection = nil
    watch?.stop()
    watch = nil
  }
}

/// A field's value without the white space that HTTP allows around it.
private func withoutPadding(_ value: String) -> String {
  let isPadding = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
  guard let last = value.utf8.last, let first = value.utf8.first, isPadding(last) || isPadding(first) else {
    return value
  }
  return String(
    decoding: value.utf8.drop(while: isPadding).reversed().drop(while: isPadding).reversed(), as: UTF8.self)
}
