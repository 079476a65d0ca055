public import AuditLedger
import Checksums
public import NIOCore
import ObjectStorage

/// How a copy without a task ended.
public enum WholeCopyEnd: Sendable {
  /// The destination stored it; to be judged as any other.
  case observed(Observation)
  /// To be gone on with by `Copier.copy`.
  case begun(BegunCopy)
}

/// How far a copy came that was tried without a task.
public struct BegunCopy: Sendable {
  /// What was read; nil where nothing came whole.
  var attempt: SingleCopy.Attempt?
  /// Nil where nothing is known of how it ended.
  var failure: CopyFailure?

  /// Whether the store answered in a way that only an ordinary call can tell.
  public var isUnclear: Bool { failure == nil }
}

extension Copier {
  /// In bytes; longer objects are worth a task, and all of these may be in memory at one time.
  static let largestWhole: Int64 = 64 << 10

  /// Whether a `WholeCopier` may copy an object.
  public func goesWhole(_ item: WorkItem) -> Bool {
    guard item.action == .copy, item.started == nil, item.source.size <= Self.largestWhole,
      !settings.carrying.tags, settings.goesInOnePut(item.source, destination.limits)
    else { return false }
    // How an object in parts was cut has to be asked for.
    return item.source.eTag?.partCount == nil
  }

  /// What copies small objects without a task; nil where the stores cannot.
  public var wholeCopier: WholeCopier? {
    guard let reader = source.wholeReader, let writer = destination.wholeWriter else { return nil }
    return WholeCopier(copier: self, reader: reader, writer: writer)
  }
}

/// Copies small objects whole, on event loops and without a task.
///
/// The same as the first try of `SingleCopy`: the same requests, the same digests, compared before anything is sent.
/// What does not go as it goes as a rule is handed over.
public final class WholeCopier: Sendable {
  let copier: Copier
  let reader: any WholeReader
  let writer: any WholeWriter

  init(copier: Copier, reader: any WholeReader, writer: any WholeWriter) {
    self.copier = copier
    self.reader = reader
    self.writer = writer
  }

  /// A copy that is to be started; `deliver` is called on the event loop, later or at once.
  public func copy(
    _ item: WorkItem, on eventLoop: any EventLoop, _ deliver: @escaping (WholeCopy, WholeCopyEnd) -> Void
  ) -> WholeCopy {
    WholeCopy(self, item, eventLoop, deliver)
  }
}

/// One copy that is under way; on its event loop.
public final class WholeCopy {
  private let whole: WholeCopier
  private var copier: Copier { whole.copier }
  public let item: WorkItem
  private let eventLoop: any EventLoop
  private var deliver: ((WholeCopy, WholeCopyEnd) -> Void)?
  private var call: (any WholeCall)?

  init(
    _ whole: WholeCopier, _ item: WorkItem, _ eventLoop: any EventLoop,
    _ deliver: @escaping (WholeCopy, WholeCopyEnd) -> Void
  ) {
    self.whole = whole
    self.item = item
    self.eventLoop = eventLoop
    self.deliver = deliver
  }

  /// Ends it where it is; nothing is delivered any more.
  public func cancel() {
    deliver = nil
    call.take()?.cancel()
  }

  public func start() {
    call = whole.reader.getWhole(
      item.source.key, ifMatch: item.source.eTag, size: Int(item.source.size), on: eventLoop
    ) { result in
      self.call = nil
      switch result {
      case .done(let object): self.take(object)
      case .failed(let error): self.end(nil, CopyFailure(.source, error))
      case .unclear: self.end(nil, nil)
      }
    }
    if call == nil { end(nil, nil) }
  }

  private func take(_ object: WholeObject) {
    do {
      try copier.requireSame(item.source, object.attributes)
    } catch {
      return end(nil, CopyFailure(.source, error))
    }
    let plan = copier.plan(for: object.attributes)
    // How it is cut that its listing did not show has to be asked for.
    guard
      object.attributes.checksums.contains(where: { $0.partCount == nil })
        || object.attributes.compositeChecksums.isEmpty
    else { return end(nil, nil) }
    copier.pace.observe(object.bytes)
    let reading = StreamExpectation(
      length: item.source.size, checksums: plan.expected, algorithms: plan.algorithms
    ).read(object.bytes)
    let attempt = SingleCopy.Attempt(
      attributes: object.attributes, plan: plan, reading: reading, cut: nil,
      carried: copier.carriedClass(item))
    if let failure = reading.failure { return end(attempt, CopyFailure(.source, failure)) }
    guard plan.contentMD5 == nil else { return send(object.bytes, attempt) }
    remember(object.bytes, attempt)
  }

  private func remember(_ bytes: ByteBuffer, _ attempt: SingleCopy.Attempt) {
    let (copier, item) = (self.copier, self.item)
    let this = NIOLoopBound(self, eventLoop: eventLoop)
    Task {
      do throws(CopyFailure) {
        try await copier.remember(item)
        this.eventLoop.execute { this.value.send(bytes, attempt) }
      } catch {
        this.eventLoop.execute { this.value.end(nil, error) }
      }
    }
  }

  private func send(_ bytes: ByteBuffer, _ attempt: SingleCopy.Attempt) {
    guard deliver != nil else { return }
    let options = attempt.carried.options(
      metadata: attempt.attributes.metadata, contentMD5: attempt.plan.contentMD5, ifAbsent: true)
    call = whole.writer.putWhole(item.destinationKey, bytes, options, on: eventLoop) { result in
      self.call = nil
      switch result {
      case .done(let receipt): self.stored(attempt, receipt)
      case .failed(let error): self.end(attempt, CopyFailure(.destination, error))
      case .unclear: self.end(attempt, nil)
      }
    }
    if call == nil { end(nil, nil) }
  }

  private func stored(_ attempt: SingleCopy.Attempt, _ receipt: WriteReceipt) {
    finish(.observed(copier.observation(of: item, attempt, receipt, attempt.reading.bytes)))
  }

  private func end(_ attempt: SingleCopy.Attempt?, _ failure: CopyFailure?) {
    finish(.begun(BegunCopy(attempt: attempt, failure: failure)))
  }

  private func finish(_ end: WholeCopyEnd) {
    deliver.take()?(self, end)
  }
}
