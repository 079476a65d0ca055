import Checksums
import NIOCore
import Synchronization

/// Lets the MD5s of many bodies on one event loop be computed together, which costs a fraction of one by one.
///
/// A chunk waits until the loop has read what else is ready, and is not passed on before it is hashed: nothing is
/// kept beside the chunks that the bodies hold anyway.
public final class MD5Board: Sendable {
  private let loops = Mutex<[ObjectIdentifier: NIOLoopBound<LoopMD5>]>([:])

  public init() {}

  /// Called on the loop.
  func lanes(on eventLoop: any EventLoop) -> LoopMD5 {
    loops.withLock { loops in
      let id = ObjectIdentifier(eventLoop)
      if let known = loops[id] { return known }
      let made = NIOLoopBound(LoopMD5(eventLoop), eventLoop: eventLoop)
      loops[id] = made
      return made
    }.value
  }
}

/// The running MD5s of one event loop.
final class LoopMD5 {
  private struct Waiting {
    var lane: MD5Lanes.Lane
    var chunk: ByteBuffer
    var done: () -> Void
  }

  private let eventLoop: any EventLoop
  private var lanes = MD5Lanes()
  private var waiting: [Waiting] = []
  private var isFlushing = false
  private var timer: Scheduled<Void>?
  private var openLanes = 0
  /// How often chunks were hashed, and how many at those times.
  private(set) var tally = (updates: 0, chunks: 0)

  init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  func open() -> MD5Lanes.Lane {
    openLanes += 1
    return lanes.open()
  }

  func finish(_ lane: MD5Lanes.Lane) -> Checksum {
    openLanes -= 1
    return lanes.finish(lane)
  }

  func discard(_ lane: MD5Lanes.Lane) {
    openLanes -= 1
    waiting.removeAll { $0.lane == lane }
    lanes.discard(lane)
  }

  /// Hashes a chunk together with those of other lanes that come in this turn of the loop, then calls back.
  func enqueue(_ lane: MD5Lanes.Lane, _ chunk: ByteBuffer, _ done: @escaping () -> Void) {
    waiting.append(Waiting(lane: lane, chunk: chunk, done: done))
    schedule()
  }

  /// Few chunks wait a moment for others: while they do, the sockets of the other bodies fill.
  private func schedule() {
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    if waiting.count >= worthwhile {
      guard !isFlushing else { return }
      isFlushing = true
      eventLoop.execute { bound.value.flush() }
    } else if timer == nil {
      timer = eventLoop.scheduleTask(in: Self.patience) { bound.value.flush() }
    }
  }

  /// Advances what waits, up to 16 chunks at a time, as far as the shortest of them goes.
  ///
  /// What is left of longer ones waits for the next turn while that fills more lanes: a pass costs the same whether
  /// four of them are used or all.
  private func flush() {
    timer?.cancel()
    timer = nil
    isFlushing = false
    guard !waiting.isEmpty else { return }
    var finished: [() -> Void] = []
    repeat { advance(&finished) } while waiting.count >= worthwhile
    if !waiting.isEmpty { schedule() }
    for done in finished { done() }
  }

  private static let width = 16
  private static let patience = TimeAmount.microseconds(300)

  private var worthwhile: Int { max(1, min(Self.width, openLanes) * 3 / 4) }

  private func advance(_ finished: inout [() -> Void]) {
    let count = min(waiting.count, Self.width)
    let span = waiting[..<count].reduce(Int.max) { min($0, $1.chunk.readableBytes) }
    var pieces: [(lane: MD5Lanes.Lane, bytes: ByteBuffer)] = []
    for index in 0..<count {
      guard let bytes = waiting[index].chunk.readSlice(length: span) else { continue }
      pieces.append((waiting[index].lane, bytes))
    }
    tally.updates += 1
    tally.chunks += count
    hash(pieces[...], [])
    finished += waiting[..<count].filter { $0.chunk.readableBytes == 0 }.map(\.done)
    waiting.removeAll { $0.chunk.readableBytes == 0 }
  }

  /// The bytes of a buffer are in reach only inside a closure, so one is entered for each buffer.
  private func hash(
    _ rest: ArraySlice<(lane: MD5Lanes.Lane, bytes: ByteBuffer)>, _ inputs: [MD5Lanes.Input]
  ) {
    guard let next = rest.first else { return lanes.update(inputs) }
    next.bytes.withUnsafeReadableBytes { bytes in
      hash(rest.dropFirst(), inputs + [MD5Lanes.Input(lane: next.lane, bytes: bytes)])
    }
  }
}
