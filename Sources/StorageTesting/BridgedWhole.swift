public import NIOCore
public import ObjectStorage

/// Whole calls of a store that has only ordinary ones: each is a task, and what it throws is what the call failed with.
///
/// So a store of a test meets small objects the way a store on the network does.
public struct BridgedWhole<Store: ObjectWriter>: WholeReader, WholeWriter {
  private let store: Store
  /// Whether the next call has no clear end.
  private let isUnclear: @Sendable () -> Bool
  /// Whether the next call has to be an ordinary one.
  private let isRefused: @Sendable () -> Bool

  public init(
    _ store: Store, isUnclear: @escaping @Sendable () -> Bool = { false },
    isRefused: @escaping @Sendable () -> Bool = { false }
  ) {
    self.store = store
    self.isUnclear = isUnclear
    self.isRefused = isRefused
  }

  public func getWhole(
    _ key: ObjectKey, ifMatch: ETag?, size: Int, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WholeObject>) -> Void
  ) -> (any WholeCall)? {
    guard !isRefused() else { return nil }
    let call = BridgedCall(deliver, on: eventLoop)
    call.run(isUnclear: isUnclear()) { () throws(StorageError) in
      let download = try await store.get(key, range: nil, ifMatch: ifMatch, on: eventLoop)
      let bytes = try await download.body.collect(upTo: 1 << 20)
      return WholeObject(attributes: download.attributes, bytes: bytes)
    }
    return call
  }

  public func putWhole(
    _ key: ObjectKey, _ bytes: ByteBuffer, _ options: WriteOptions, on eventLoop: any EventLoop,
    _ deliver: @escaping (WholeResult<WriteReceipt>) -> Void
  ) -> (any WholeCall)? {
    guard !isRefused() else { return nil }
    let call = BridgedCall(deliver, on: eventLoop)
    call.run(isUnclear: isUnclear()) { () throws(StorageError) in
      try await store.put(key, await .bytes(bytes, on: eventLoop), options)
    }
    return call
  }
}

private final class BridgedCall<Value: Sendable>: WholeCall {
  private let eventLoop: any EventLoop
  private var deliver: ((WholeResult<Value>) -> Void)?
  private var task: Task<Void, Never>?

  init(_ deliver: @escaping (WholeResult<Value>) -> Void, on eventLoop: any EventLoop) {
    self.deliver = deliver
    self.eventLoop = eventLoop
  }

  /// What has no clear end is carried out all the same.
  func run(isUnclear: Bool, _ body: @escaping @Sendable () async throws(StorageError) -> Value) {
    let this = NIOLoopBound(self, eventLoop: eventLoop)
    task = Task {
      let result: Result<Value, StorageError>
      do throws(StorageError) {
        result = .success(try await body())
      } catch {
        result = .failure(error)
      }
      this.eventLoop.execute {
        let deliver = this.value.deliver.take()
        guard !isUnclear else { deliver?(.unclear); return }
        switch result {
        case .success(let value): deliver?(.done(value))
        // As a store on the network does, this leaves to ordinary calls what ends a run.
        case .failure(let error): deliver?(error.disposition == .abort ? .unclear : .failed(error))
        }
      }
    }
  }

  func cancel() {
    deliver = nil
    task?.cancel()
  }
}
