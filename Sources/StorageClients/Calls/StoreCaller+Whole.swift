import NIOCore
import ObjectStorage
import StorageWire

/// Calls whose body and answer are small and go whole, on an event loop and without a task.
///
/// They are signed and judged as all others. What an ordinary call would mend by itself, such as credentials that
/// ended or a clock that is wrong, is left to one.
extension StoreCaller {
  /// In bytes; longer bodies are sent from where they lie.
  private static var largestCopied: Int { 16 << 10 }

  var isWhole: Bool { wholeTransport != nil }

  func getWhole(
    _ call: consuming StoreCall, ifMatch: ETag?, size: Int, on eventLoop: any EventLoop,
    _ attributes: @escaping (HTTPFields) -> ObjectAttributes,
    _ deliver: @escaping (WholeResult<WholeObject>) -> Void
  ) -> (any WholeCall)? {
    call.ask(for: nil, ifMatch)
    return whole(call, maximumBody: size, on: eventLoop) { result in
      switch result {
      // Another size than the one that was listed is judged elsewhere.
      case .done(let answer) where answer.body.readableBytes != size: deliver(.unclear)
      case .done(let answer):
        deliver(.done(WholeObject(attributes: attributes(answer.fields), bytes: answer.body)))
      case .failed(let error): deliver(.failed(error))
      case .unclear: deliver(.unclear)
      }
    }
  }

  func putWhole(
    _ call: StoreCall, on eventLoop: any EventLoop, _ receipt: @escaping (HTTPFields) -> WriteReceipt,
    _ deliver: @escaping (WholeResult<WriteReceipt>) -> Void
  ) -> (any WholeCall)? {
    whole(call, maximumBody: 0, on: eventLoop) { result in
      switch result {
      case .done(let answer): deliver(.done(receipt(answer.fields)))
      case .failed(let error): deliver(.failed(error))
      case .unclear: deliver(.unclear)
      }
    }
  }

  private func whole(
    _ call: StoreCall, maximumBody: Int, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WholeAnswer>) -> Void
  ) -> (any WholeCall)? {
    var body: ByteBuffer?
    if case .whole(let bytes) = call.body { body = bytes }
    guard let transport = wholeTransport, let keys = credentials.atHand,
      let head = dialect.head(of: call, bodyLength: body?.readableBytes, with: keys, at: clock.now())
    else { return nil }
    let rest = body.flatMap { $0.readableBytes > Self.largestCopied ? $0 : nil }
    var front = ByteBufferAllocator().buffer(
      capacity: head.count + (rest == nil ? body?.readableBytes ?? 0 : 0))
    front.writeBytes(UnsafeRawBufferPointer(head.bytes))
    if rest == nil, let body { front.writeImmutableBuffer(body) }
    let whole = WholeRequest(
      origin: dialect.origin, head: front, rest: rest, hasBody: body != nil,
      maximumBody: max(maximumBody, Self.errorLimit), deadlines: call.deadlines)
    let key = call.key
    return transport.send(whole, on: eventLoop) { ending in
      switch ending {
      case .answer(let answer) where answer.status == 200: deliver(.done(answer))
      case .answer(let answer): deliver(self.refusal(answer, key, keys))
      case .failed(let error):
        var error = error
        error.key = key
        deliver(.failed(error))
      case .unusual: deliver(.unclear)
      }
    }
  }

  private func refusal(
    _ answer: WholeAnswer, _ key: ObjectKey?, _ keys: Credentials
  ) -> WholeResult<WholeAnswer> {
    guard answer.status >= 300 else { return .unclear }
    var error = dialect.failure(
      status: answer.status, fields: answer.fields, document: Array(answer.body.readableBytesView))
    switch error.disposition {
    case .abort: return .unclear
    case .retry, .fail: break
    }
    guard !error.isAboutCredentials(keys), error.code != .clockSkewed, error.code != .redirected else {
      return .unclear
    }
    error.key = key
    return .failed(error)
  }
}
