import AuditLedger
import NIOCore
import ObjectStorage
import Synchronization
import Transfers

/// Copies small objects on all event loops at once, without a task for each.
///
/// What does not go as it goes as a rule becomes a task, and so does what has to wait for the ledger.
final class WholeLanes: Sendable {
  /// What a lane leaves to a task.
  enum Left: Sendable {
    case object(WorkItem, WholeCopyEnd)
    case samples([ThroughputSample])
  }

  let whole: WholeCopier
  let migrator: ObjectMigrator
  let pace: TransferPace
  let meter: ThroughputMeter
  let underWay: ObjectsUnderWay
  let clock: RunClock
  let report: @Sendable (MigrationEvent) -> Void
  private let lanes: [NIOLoopBoundBox<WholeLane>]
  private let state = Mutex(State())
  /// Is given every item that was left; ends with the last.
  let left: AsyncStream<Left>
  private let leaving: AsyncStream<Left>.Continuation

  private struct State {
    var queue: CircularBuffer<WorkItem> = []
    /// Begun, and not yet ended.
    var flying = 0
    /// Ended, and not yet on the disk.
    var unrecorded = 0
    /// Whether somebody was refused because of them.
    var isFull = false
    /// Handed over in a row, with none between that went as a rule.
    var leftInRow = 0
    var isClosed = false
    var isStopped = false
    /// Who waits for the end.
    var waiting: CheckedContinuation<Void, Never>?

    var isOver: Bool {
      // What was stored is written down, whatever else stops.
      unrecorded == 0 && (isStopped || (isClosed && queue.isEmpty && flying == 0))
    }
  }

  /// After so many a store is taken for one that does not answer as others do.
  private static let mostLeftInRow = 64
  /// Outcomes that may wait for the ledger at one time, beside the objects that are on their way.
  static let mostUnrecorded = 1024

  init(
    _ whole: WholeCopier, migrator: ObjectMigrator, pace: TransferPace, meter: ThroughputMeter,
    underWay: ObjectsUnderWay, clock: RunClock, report: @escaping @Sendable (MigrationEvent) -> Void,
    eventLoops: any EventLoopGroup
  ) {
    self.whole = whole
    self.migrator = migrator
    self.pace = pace
    self.meter = meter
    self.underWay = underWay
    self.clock = clock
    self.report = report
    lanes = eventLoops.makeIterator().map {
      NIOLoopBoundBox.makeBoxSendingValue(WholeLane($0), eventLoop: $0)
    }
    (left, leaving) = AsyncStream.makeStream()
  }

  /// Whether an object is taken; others need a task from the start.
  func takes(_ item: WorkItem) -> Bool {
    migrator.copier.goesWhole(item) && state.withLock { $0.leftInRow < Self.mostLeftInRow }
  }

  func add(_ items: [WorkItem]) {
    underWay.queue(items.count)
    state.withLock { $0.queue.append(contentsOf: items) }
    pump()
  }

  /// No more are added.
  func close() {
    state.withLock { $0.isClosed = true }
    endIfOver()
  }

  /// Ends what is under way; nothing more is begun or left.
  func stop() {
    let queued = state.withLock { state in
      state.isStopped = true
      defer { state.queue.removeAll() }
      return state.queue.count
    }
    underWay.queue(-queued)
    for lane in lanes { lane.eventLoop.execute { lane.value.stop() } }
    endIfOver()
  }

  private func pump() {
    for lane in lanes { pump(lane) }
  }

  private func pump(_ lane: NIOLoopBoundBox<WholeLane>) {
    lane.eventLoop.execute { lane.value.pump(self, lane) }
  }

  /// How many of the places are for one event loop.
  var share: Int { (pace.width + lanes.count - 1) / lanes.count }

  /// Whether there is something to begin, and it may be begun.
  var hasRoom: Bool {
    state.withLock { state in
      guard !state.queue.isEmpty, !state.isStopped else { return false }
      state.isFull = state.unrecorded >= Self.mostUnrecorded
      return !state.isFull
    }
  }

  func next() -> WorkItem? {
    let item = state.withLock { state -> WorkItem? in
      guard let item = state.queue.popFirst() else { return nil }
      state.flying += 1
      return item
    }
    if item != nil { underWay.queue(-1) }
    return item
  }

  /// A copy ended; on its event loop.
  func ended(_ item: WorkItem, _ end: WholeCopyEnd, startedAt: Timestamp) {
    guard case .observed(let observation) = end,
      let outcome = migrator.outcome(of: observation, item, startedAt: startedAt)
    else { return leave(item, end) }
    let isWanted = state.withLock { state in
      state.flying -= 1
      // Nobody waits any more; the next run finds it at the destination.
      guard !state.isStopped else { return false }
      state.unrecorded += 1
      return true
    }
    underWay.leave()
    guard isWanted else { return }
    let object = EndedObject(outcome)
    migrator.copier.ledger.recordInTime(object, isLast: underWay.isOver) { self.recorded(object, $0) }
  }

  private func leave(_ item: WorkItem, _ end: WholeCopyEnd) {
    leaving.yield(.object(item, end))
    state.withLock { state in
      if case .begun(let begun) = end, begun.isUnclear { state.leftInRow += 1 }
      state.flying -= 1
    }
    endIfOver()
  }

  private func recorded(_ object: EndedObject, _ result: Result<Void, LedgerError>) {
    switch result {
    case .failure(let error):
      underWay.fail(.ledger(error))
      stop()
    case .success:
      let samples = meter.note(object.outcome)
      if !samples.isEmpty { leaving.yield(.samples(samples)) }
      report(.ended(object.outcome))
    }
    let wasFull = state.withLock { state in
      state.unrecorded -= 1
      state.leftInRow = 0
      defer { state.isFull = false }
      return state.isFull
    }
    if wasFull { pump() }
    endIfOver()
  }

  /// Returns once nothing is under way and everything that was stored is written down.
  func end() async {
    await withCheckedContinuation { continuation in
      state.withLock { $0.waiting = continuation }
      endIfOver()
    }
  }

  private func endIfOver() {
    let (isOver, waiting) = state.withLock { state in
      (state.isOver, state.isOver ? state.waiting.take() : nil)
    }
    if isOver { leaving.finish() }
    waiting?.resume()
  }
}

/// The small objects that are under way on one event loop; used on that loop only.
final class WholeLane {
  private let eventLoop: any EventLoop
  private var copies: [ObjectIdentifier: WholeCopy] = [:]
  /// A place that nobody uses at the moment, and since when it may be used.
  private var place: Timestamp?
  private var waitsForPlace = false
  private var waitsForRoom = false
  private var isStopped = false
  private var isPumping = false

  init(_ eventLoop: any EventLoop) { self.eventLoop = eventLoop }

  /// Begins as many as may be begun.
  func pump(_ lanes: WholeLanes, _ this: NIOLoopBoundBox<WholeLane>) {
    // What ends at once is followed by the loop that began it.
    guard !isPumping else { return }
    isPumping = true
    defer { isPumping = false }
    while !isStopped, !waitsForPlace, !waitsForRoom, copies.count < lanes.share, lanes.hasRoom {
      guard enter(lanes, this) else { break }
      guard let startedAt = place.take() ?? newPlace(lanes, this) else {
        lanes.underWay.leave()
        break
      }
      guard let item = lanes.next() else {
        lanes.underWay.leave()
        place = startedAt
        break
      }
      begin(item, startedAt, lanes, this)
    }
    if let unused = place.take() { lanes.pace.end(startedAt: unused, bytes: 0, isDone: false) }
  }

  func stop() {
    isStopped = true
    for copy in copies.values { copy.cancel() }
    copies = [:]
  }

  private func enter(_ lanes: WholeLanes, _ this: NIOLoopBoundBox<WholeLane>) -> Bool {
    let isEntered = lanes.underWay.enter(below: lanes.pace.objects) {
      this.eventLoop.execute {
        this.value.waitsForRoom = false
        this.value.pump(lanes, this)
      }
    }
    waitsForRoom = !isEntered
    return isEntered
  }

  private func newPlace(_ lanes: WholeLanes, _ this: NIOLoopBoundBox<WholeLane>) -> Timestamp? {
    let startedAt = lanes.pace.begin {
      this.eventLoop.execute {
        this.value.waitsForPlace = false
        this.value.place = lanes.clock.now()
        this.value.pump(lanes, this)
      }
    }
    waitsForPlace = startedAt == nil
    return startedAt
  }

  private func begin(
    _ item: WorkItem, _ startedAt: Timestamp, _ lanes: WholeLanes, _ this: NIOLoopBoundBox<WholeLane>
  ) {
    let copy = lanes.whole.copy(item, on: eventLoop) { copy, end in
      self.copies[ObjectIdentifier(copy)] = nil
      let isDone = if case .observed = end { true } else { false }
      let next = lanes.pace.next(
        startedAt: startedAt, bytes: copy.item.source.size, isDone: isDone)
      lanes.ended(copy.item, end, startedAt: startedAt)
      self.place = next
      self.pump(lanes, this)
    }
    copies[ObjectIdentifier(copy)] = copy
    copy.start()
  }
}
