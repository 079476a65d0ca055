import NIOCore
import ObjectStorage

/// Watches the deadlines of one exchange with one timer, however many chunks pass.
final class DeadlineWatch {
  private enum Waiting {
    case no
    case forConnection(since: NIODeadline)
    case forPeer(since: NIODeadline)
  }

  private let eventLoop: any EventLoop
  private let deadlines: Deadlines
  private let startedAt = NIODeadline.now()
  private var waiting = Waiting.no
  private var timer: Scheduled<Void>?
  private let onExpiry: (StorageError) -> Void

  init(on eventLoop: any EventLoop, _ deadlines: Deadlines, onExpiry: @escaping (StorageError) -> Void) {
    self.eventLoop = eventLoop
    self.deadlines = deadlines
    self.onExpiry = onExpiry
    schedule(min(deadlines.connect, deadlines.idle, deadlines.total).timeAmount)
  }

  func waitsForConnection() { waiting = .forConnection(since: .now()) }

  /// It is the peer's turn, or the peer gave a sign of life.
  func waitsForPeer() { waiting = .forPeer(since: .now()) }

  func waitsForNobody() { waiting = .no }

  func stop() {
    timer?.cancel()
    timer = nil
  }

  private func schedule(_ delay: TimeAmount) {
    timer = eventLoop.assumeIsolated().scheduleTask(in: delay) { self.check() }
  }

  private func check() {
    let now = NIODeadline.now()
    let end = startedAt + deadlines.total.timeAmount
    if now >= end {
      return expire("the request took longer than \(deadlines.total)")
    }
    var next = end - now
    switch waiting {
    case .no: next = min(next, deadlines.idle.timeAmount)
    case .forConnection(let since):
      let rest = since + deadlines.connect.timeAmount - now
      if rest <= .zero { return expire("no connection within \(deadlines.connect)") }
      next = min(next, rest)
    case .forPeer(let since):
      let rest = since + deadlines.idle.timeAmount - now
      if rest <= .zero { return expire("no sign of life for \(deadlines.idle)") }
      next = min(next, rest)
    }
    schedule(next)
  }

  private func expire(_ message: String) {
    timer = nil
    onExpiry(StorageError(.timedOut, message))
  }
}
