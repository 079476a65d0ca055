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
  private var isScheduled = false
  /// How often chunks were hashed, and how many at those times.
  private(set) var tally = (updates: 0, chunks: 0)

  init(_ eventLoop: any EventLoop) {
    self.eventLoop = eventLoop
  }

  func open() -> MD5Lanes.Lane { lanes.open() }

  func finish(_ lane: MD5Lanes.Lane) -> Checksum { lanes.finish(lane) }

  func discard(_ lane: MD5Lanes.Lane) {
    waiting.removeAll { $0.lane == lane }
    lanes.discard(lane)
  }

  /// Hashes a chunk together with those of other lanes that come in this turn of the loop, then calls back.
  func enqueue(_ lane: MD5Lanes.Lane, _ chunk: ByteBuffer, _ done: @escaping () -> Void) {
    waiting.append(Waiting(lane: lane, chunk: chunk, done: done))
    guard !isScheduled else { return }
    isScheduled = true
    let bound = NIOLoopBound(self, eventLoop: eventLoop)
    eventLoop.execute { bound.value.flush() }
  }

  private func flush() {
    isScheduled = false
    let batch = waiting
    waiting = []
    tally.updates += 1
    tally.chunks += batch.count
    hash(batch[...], [])
    for item in batch { item.done() }
  }

  /// The bytes of a buffer are in reach only inside a closure, so one is entered for each buffer.
  private func hash(_ rest: ArraySlice<Waiting>, _ inputs: [MD5Lanes.Input]) {
    guard let next = rest.first else { return lanes.update(inputs) }
    next.chunk.withUnsafeReadableBytes { bytes in
      hash(rest.dropFirst(), inputs + [MD5Lanes.Input(lane: next.lane, bytes: bytes)])
    }
  }
}
