import AuditLedger
import Synchronization
import Testing

@testable import Migration

@Suite(.timeLimit(.minutes(10))) struct ObjectsUnderWayTests {
  @Test("who is refused is told once when an object has left, and enters then")
  func refused() {
    let underWay = ObjectsUnderWay()
    let told = Mutex(0)
    let enter = { underWay.enter(below: 1) { told.withLock { $0 += 1 } } }
    #expect(enter())
    #expect(!enter())
    #expect(told.withLock { $0 } == 0)
    underWay.leave()
    #expect(told.withLock { $0 } == 1)
    #expect(enter())
    underWay.leave()
    #expect(told.withLock { $0 } == 1)
  }

  @Test("the first stop is the one that is kept, and frees whoever waits")
  func stops() async {
    let underWay = ObjectsUnderWay()
    underWay.enter()
    underWay.queue(5)
    async let below: Void = underWay.wait(below: 1)
    underWay.fail(.interrupted)
    underWay.fail(.inventoryMissing(.source))
    await below
    await underWay.wait(queued: 0)
    guard case .interrupted = underWay.firstStop else {
      Issue.record("\(String(describing: underWay.firstStop))")
      return
    }
  }

  @Test("who waits for the queue goes on once it is short enough")
  func queue() async {
    let underWay = ObjectsUnderWay()
    underWay.queue(3)
    async let short: Void = underWay.wait(queued: 1)
    underWay.queue(-2)
    await short
    #expect(underWay.firstStop == nil)
  }

  @Test("nothing is on its way any more once no more can come, none waits and all have left")
  func over() {
    let underWay = ObjectsUnderWay()
    #expect(!underWay.isOver)
    underWay.queue(2)
    underWay.enter()
    underWay.queue(-1)
    underWay.leave()
    #expect(!underWay.isOver)
    underWay.close()
    // One waits to be begun still.
    #expect(!underWay.isOver)
    #expect(underWay.enter(below: 1) {})
    underWay.queue(-1)
    #expect(!underWay.isOver)
    underWay.leave()
    #expect(underWay.isOver)
  }
}
