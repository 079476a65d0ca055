import Synchronization
import Testing

@testable import Transfers

@Suite("places for transfers", .timeLimit(.minutes(10)))
struct TransferSlotsTests {
  /// Starts a task that asks for a place, and waits until it stands in the line.
  private func asker(
    _ slots: TransferSlots, _ number: Int, _ order: Order, behind waiting: Int
  ) async -> Task<Void, any Error> {
    let task = Task {
      try await slots.take()
      order.note(number)
    }
    while slots.waitingCount <= waiting { await Task.yield() }
    return task
  }

  private final class Order: Sendable {
    private let numbers = Mutex<[Int]>([])
    var all: [Int] { numbers.withLock { $0 } }
    func note(_ number: Int) { numbers.withLock { $0.append(number) } }
  }

  @Test("who does not wait is told of a place, in its turn, and keeps it where nobody else waits")
  func told() async throws {
    let slots = TransferSlots(1)
    let order = Order()
    let first = slots.take(orLater: { _ in order.note(1) })
    #expect(first)
    #expect(slots.keep())
    let second = slots.take(orLater: { isGiven in if isGiven { order.note(2) } })
    #expect(!second)
    let task = await asker(slots, 3, order, behind: 1)
    // Others wait: the place is theirs.
    #expect(!slots.keep())
    slots.give()
    #expect(order.all == [2])
    slots.give()
    try await task.value
    #expect(order.all == [2, 3])
    slots.set(width: 2)
    #expect(slots.keep())
    slots.set(paused: true)
    #expect(!slots.keep())
    slots.set(paused: false)
    let third = slots.take(orLater: { _ in })
    #expect(third)
    slots.set(width: 1)
    // There are fewer than before.
    #expect(!slots.keep())
  }

  @Test("places are given in the order in which was asked")
  func order() async throws {
    let slots = TransferSlots(1)
    let order = Order()
    try await slots.take()
    var tasks: [Task<Void, any Error>] = []
    for number in 0..<5 { tasks.append(await asker(slots, number, order, behind: number)) }
    for task in tasks {
      slots.give()
      try await task.value
    }
    #expect(order.all == [0, 1, 2, 3, 4])
    #expect(slots.taken == 1)
  }

  @Test("a task that is cancelled leaves the line and holds nothing")
  func cancellation() async throws {
    let slots = TransferSlots(1)
    let order = Order()
    try await slots.take()
    let first = await asker(slots, 0, order, behind: 0)
    let second = await asker(slots, 1, order, behind: 1)
    first.cancel()
    await #expect(throws: CancellationError.self) { try await first.value }
    #expect(slots.taken == 1 && slots.waitingCount == 1)
    slots.give()
    try await second.value
    #expect(order.all == [1] && slots.taken == 1)
    let late = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      try await slots.take()
    }
    await #expect(throws: CancellationError.self) { try await late.value }
    slots.give()
    #expect(slots.taken == 0 && slots.waitingCount == 0)
  }

  @Test("fewer places take none away, more are given at once")
  func width() async throws {
    let slots = TransferSlots(4)
    let order = Order()
    for _ in 0..<4 { try await slots.take() }
    let first = await asker(slots, 0, order, behind: 0)
    let second = await asker(slots, 1, order, behind: 1)
    slots.set(width: 2)
    slots.give()
    slots.give()
    #expect(slots.taken == 2 && order.all.isEmpty)
    slots.set(width: 4)
    try await first.value
    try await second.value
    #expect(slots.taken == 4)
  }

  @Test("while it is paused nobody gets a place")
  func pause() async throws {
    let slots = TransferSlots(4)
    let order = Order()
    slots.set(paused: true)
    let first = await asker(slots, 0, order, behind: 0)
    #expect(slots.taken == 0)
    slots.set(paused: false)
    try await first.value
    #expect(slots.taken == 1)
  }

  @Test("under cancellations and changes of width no place is lost or given twice")
  func storm() async throws {
    let slots = TransferSlots(3)
    let held = Held()
    await withTaskGroup(of: Void.self) { group in
      for number in 0..<400 {
        group.addTask {
          let task = Task {
            try await slots.take()
            held.change(by: 1)
            await Task.yield()
            held.change(by: -1)
            slots.give()
          }
          if number % 3 == 0 { task.cancel() }
          if number % 50 == 0 { slots.set(width: 1 + number % 7) }
          // Whether it got a place or was cancelled is all the same.
          _ = try? await task.value
        }
      }
    }
    #expect(slots.taken == 0 && slots.waitingCount == 0)
    #expect(held.most <= 7)
  }

  private final class Held: Sendable {
    private let state = Mutex((now: 0, most: 0))
    var most: Int { state.withLock { $0.most } }

    func change(by step: Int) {
      state.withLock { state in
        state.now += step
        state.most = max(state.most, state.now)
      }
    }
  }
}
