import NIOCore
import ObjectStorage
import StorageWire

/// Signs calls, sends them, and turns every unexpected answer into an error.
final class StoreCaller<Dialect: StoreDialect>: Sendable {
  /// No error answer is longer.
  static var errorLimit: Int { 64 << 10 }

  let dialect: Dialect
  let credentials: CredentialKeeper
  let transport: any HTTPTransport
  let clock: StoreClock
  /// The same transport, where it sends whole requests too.
  let wholeTransport: (any WholeTransport)?

  init(
    dialect: Dialect, credentials: CredentialKeeper, transport: any HTTPTransport, clock: StoreClock
  ) {
    self.dialect = dialect
    self.credentials = credentials
    self.transport = transport
    self.clock = clock
    wholeTransport = transport as? any WholeTransport
  }

  /// Sends a call; the answer has one of the expected statuses and its body is still to be read.
  func send(
    _ call: StoreCall, expecting statuses: Set<Int>, on eventLoop: (any EventLoop)? = nil
  ) async throws(StorageError) -> HTTPResponse {
    do throws(StorageError) {
      return try await signed(call, expecting: statuses, on: eventLoop)
    } catch {
      var error = error
      if case .stream(let body) = call.body { body.cancel() }
      if error.key == nil { error.key = call.key }
      throw error
    }
  }

  /// Sends a call whose answer's body says nothing.
  func finish(_ call: StoreCall, expecting statuses: Set<Int>) async throws(StorageError) -> HTTPResponse {
    let answer = try await send(call, expecting: statuses)
    _ = try await collect(answer.body, upTo: Self.errorLimit, key: call.key)
    return answer
  }

  /// Sends a call and reads the document that answers it, whole and up to a limit.
  func document(
    _ call: StoreCall, upTo limit: Int
  ) async throws(StorageError) -> (answer: HTTPResponse, document: [UInt8]) {
    let answer = try await send(call, expecting: [200])
    return (answer, try await collect(answer.body, upTo: limit, key: call.key))
  }

  /// Signs and sends a call; one that is refused for its credentials is signed with new ones, where there are any.
  private func signed(
    _ call: StoreCall, expecting statuses: Set<Int>, on eventLoop: (any EventLoop)?
  ) async throws(StorageError) -> HTTPResponse {
    var keys = try await credentials.current()
    var isRepeated = false
    while true {
      let answer = try await transport.send(try await request(of: call, with: keys), on: eventLoop)
      if statuses.contains(answer.status) { return answer }
      let refusal = await cause(of: await failure(of: answer), call, with: keys)
      guard refusal.isAboutCredentials(keys), !isRepeated else { throw refusal }
      keys = try await credentials.renewed(after: keys, refusal)
      // A body is used up: whoever made it makes it again.
      if case .stream = call.body { throw refusal.asRenewed }
      isRepeated = true
    }
  }

  private func request(of call: StoreCall, with keys: Credentials) async throws(StorageError) -> HTTPRequest {
    var request = try dialect.request(for: call, with: keys, at: clock.now())
    request.deadlines = call.deadlines
    switch call.body {
    case .none: break
    case .stream(let body): request.body = body
    case .whole(let bytes): request.body = await .bytes(bytes, on: transport.anyEventLoop())
    case .document(let bytes):
      request.body = await .bytes(ByteBuffer(bytes: bytes), on: transport.anyEventLoop())
    }
    return request
  }

  func failure(of answer: HTTPResponse) async -> StorageError {
    var document: [UInt8] = []
    do {
      document = try await collect(answer.body, upTo: Self.errorLimit, key: nil)
    } catch {
      // Whoever stopped the run stopped this answer too: its status is no object's fault.
      if error.code == .cancelled { return error }
      // The status alone says enough where the rest of the answer is lost or endless.
    }
    var error = dialect.failure(status: answer.status, fields: answer.fields, document: document)
    // An answer to HEAD names no cause: the clocks do.
    if answer.status == 403, error.vendorCode == nil, clock.isFar(from: answer.fields["date"]) {
      error.code = .clockSkewed
      error.message = "the clocks of this machine and of the store differ too much"
    }
    if error.code == .clockSkewed { clock.learn(from: answer.fields["date"]) }
    return error
  }

  func collect(
    _ body: ObjectBody, upTo limit: Int, key: ObjectKey?
  ) async throws(StorageError) -> [UInt8] {
    let result: Result<[UInt8], StorageError> = await withTaskCancellationHandler {
      do throws(StorageError) {
        return .success(Array(try await body.collect(upTo: limit).readableBytesView))
      } catch {
        var error = error
        error.key = key
        return .failure(error)
      }
    } onCancel: {
      body.cancel()
    }
    return try result.get()
  }
}
