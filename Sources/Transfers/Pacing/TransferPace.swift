import AuditLedger
public import NIOCore
public import ObjectStorage
import Synchronization

/// The pace of one run: gives places to transfers, watches what becomes of them, and changes how many there are.
public final class TransferPace: Sendable {
  private let slots: TransferSlots
  /// Those for objects whose parts go side by side: each of them can fill many places.
  private let uploads: TransferSlots
  /// Those for large objects that go in one request: fewer of them at a time keep their bytes in the processor's caches.
  private let streams: TransferSlots
  private let pacer: Mutex<Pacer>
  private let clock: RunClock
  /// When the pause ends that there is.
  private let pauses = Mutex<Timestamp?>(nil)
  private let isFixed: Bool
  private let moved = Atomic<Int64>(0)
  /// What moves in each second.
  public let board = ThroughputBoard()
  private let report: @Sendable (Int) -> Void

  /// `report` is told how many transfers there may be, whenever that changes.
  public init(
    _ pacer: Pacer, clock: RunClock, report: @escaping @Sendable (Int) -> Void = { _ in }
  ) {
    slots = TransferSlots(pacer.width)
    uploads = TransferSlots(Self.half(of: pacer.width))
    streams = TransferSlots(pacer.isFixed ? pacer.width : Self.half(of: pacer.width))
    isFixed = pacer.isFixed
    self.pacer = Mutex(pacer)
    self.clock = clock
    self.report = report
  }

  /// How many transfers are on their way.
  public var inFlight: Int { slots.taken }

  /// Bytes of bodies that came so far, repeats included.
  public var bytesMoved: Int64 { moved.load(ordering: .relaxed) }

  /// How many transfers may be on their way.
  public var width: Int { slots.width }

  /// How many objects may be begun and not yet ended.
  ///
  /// Some of them have no place: they wait for their parts, or for the ledger.
  public var objects: Int { isFixed ? width : 2 * width }

  /// Runs a transfer of so many bytes once there is a place for it, and holds the place until it ends.
  ///
  /// A transfer inside another one would wait for itself.
  func transfer<Value: Sendable>(
    of bytes: Int64 = 0, _ action: () async throws(CopyFailure) -> Value
  ) async throws(CopyFailure) -> Value {
    let startedAt = try await begin()
    do throws(CopyFailure) {
      let value = try await action()
      end(startedAt: startedAt, bytes: bytes, isDone: true)
      return value
    } catch {
      end(startedAt: startedAt, bytes: bytes, isDone: false)
      throw error
    }
  }

  /// The same for an object that goes in one request; a large one waits until few others are on their way.
  func stream<Value: Sendable>(
    of bytes: Int64, _ action: () async throws(CopyFailure) -> Value
  ) async throws(CopyFailure) -> Value {
    guard bytes > Self.smallBytes else { return try await transfer(of: bytes, action) }
    try await Self.wait(for: streams)
    defer { streams.give() }
    return try await transfer(of: bytes, action)
  }

  /// In bytes; longer bodies get the transport's large buffers.
  static let smallBytes: Int64 = 256 << 10

  /// Runs an upload whose parts go side by side, once few others are on their way.
  ///
  /// One after the other they are as fast as all at once, and a run that is stopped has fewer of them half done. No
  /// transfer waits for an upload, so that they cannot wait for each other.
  func upload<Value: Sendable>(
    _ action: () async throws(CopyFailure) -> Value
  ) async throws(CopyFailure) -> Value {
    try await Self.wait(for: uploads)
    defer { uploads.give() }
    return try await action()
  }

  /// Waits for a place, which has to be given back with `end`; returns the time.
  func begin() async throws(CopyFailure) -> Timestamp {
    try await Self.wait(for: slots)
    return clock.now()
  }

  /// The same for who does not wait: the time, or nil where `admit` is called once there is a place.
  public func begin(orLater admit: @escaping @Sendable () -> Void) -> Timestamp? {
    slots.take(orLater: { _ in admit() }) ? clock.now() : nil
  }

  private static func wait(for slots: TransferSlots) async throws(CopyFailure) {
    do {
      try await slots.take()
    } catch {
      throw CopyFailure(.source, StorageError(.cancelled, "stopped while waiting for its turn"))
    }
  }

  private static func half(of width: Int) -> Int { max(1, width / 2) }

  /// Says what became of a transfer, and begins another on its place; nil where the place had to be given back.
  public func next(startedAt: Timestamp, bytes: Int64, isDone: Bool) -> Timestamp? {
    let now = clock.now()
    told(startedAt: startedAt, bytes, isDone: isDone, at: now)
    if slots.keep() { return now }
    slots.give()
    return nil
  }

  /// Gives a place back; what was not done tells nothing of the pace.
  public func end(startedAt: Timestamp, bytes: Int64, isDone: Bool) {
    told(startedAt: startedAt, bytes, isDone: isDone, at: clock.now())
    slots.give()
  }

  private func told(startedAt: Timestamp, _ bytes: Int64, isDone: Bool, at now: Timestamp) {
    let milliseconds = max(0, now.millisecondsSinceEpoch - startedAt.millisecondsSinceEpoch)
    guard isDone else { return }
    let isFull = slots.isFull || streams.isFull
    take(.ended(after: .milliseconds(milliseconds), bytes: bytes, isFull: isFull), at: now)
  }

  /// A store asked for less.
  public func throttled(_ error: StorageError) {
    // What a listing meets says nothing of how many transfers there should be.
    guard slots.taken > 0 else { return }
    take(.throttled(retryAfter: error.retryAfter), at: clock.now())
  }

  private func take(_ event: Pacer.Event, at now: Timestamp) {
    let width = pacer.withLock { pacer -> Int? in
      var width: Int?
      for action in pacer.take(event, at: now) {
        switch action {
        case .width(let new):
          slots.set(width: new)
          uploads.set(width: Self.half(of: new))
          streams.set(width: Self.half(of: new))
          width = new
        case .pause(let until): pause(until: until)
        }
      }
      return width
    }
    if let width { report(width) }
  }

  private func pause(until end: Timestamp) {
    let isFirst = pauses.withLock { pauses in
      defer { pauses = max(pauses ?? end, end) }
      guard pauses == nil else { return false }
      slots.set(paused: true)
      return true
    }
    if isFirst { Task { await resume() } }
  }

  /// Ends the pause once its last end has come.
  private func resume() async {
    while let wait = restOfPause() {
      // Nobody holds this task, so nobody cancels it; transfers that wait can be.
      try? await clock.sleep(wait)
    }
  }

  private func restOfPause() -> Duration? {
    let now = clock.now()
    return pauses.withLock { pauses in
      guard let end = pauses, end > now else {
        pauses = nil
        slots.set(paused: false)
        return nil
      }
      return .milliseconds(end.millisecondsSinceEpoch - now.millisecondsSinceEpoch)
    }
  }
}

extension TransferPace: BodyObserver {
  public func observe(_ chunk: ByteBuffer) {
    let (bytes, now) = (Int64(chunk.readableBytes), clock.now())
    moved.add(bytes, ordering: .relaxed)
    board.moved(bytes, inFlight: slots.taken, at: now)
    if !isFixed { take(.moved(bytes), at: now) }
  }
}
