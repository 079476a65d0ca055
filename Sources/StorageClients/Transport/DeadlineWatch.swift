import NIOCore
import ObjectStorage

/// Watches the deadlines of one exchange with one timer, however many chunks pass.
///
/// Time counts only while the peer, or a connection, is waited for: a receiver that is slow, by its own socket or by
/// a limit, does not make a stalled peer.
final class DeadlineWatch {
  private enum Waiting {
    case no
    case forConnection(since: NIODeadline)
    case forPeer(since: NIODeadline)

    var since: NIODeadline? {
      switch self {
      case .no: nil
      case .forConnection(let since), .forPeer(let since): since
      }
    }
  }

  private let eventLoop: any EventLoop
  private let deadlines: Deadlines
  private var waiting = Waiting.no
  /// Time that was waited, up to the last change.
  private var waited = TimeAmount.zero
  private var timer: Scheduled<Void>?
  private let onExpiry: (StorageError) -> Void

  init(on eventLoop: any EventLoop, _ deadlines: Deadlines, onExpiry: @escaping (StorageError) -> Void) {
    self.eventLoop = eventLoop
    self.deadlines = deadlines
    self.onExpiry = onExpiry
    schedule(min(deadlines.connect, deadlines.idle, deadlines.total).timeAmount)
  }

  func waitsForConnection() { change(to: .forConnection(since: .now())) }

  /// It is the peer's turn, or the peer gave a sign of life.
  func waitsForPeer() { change(to: .forPeer(since: .now())) }

  func waitsForNobody() { change(to: .no) }

  func stop() {
    timer?.cancel()
    timer = nil
  }

  private func change(to next: Waiting) {
    if let since = waiting.since { waited = waited + (.now() - since) }
    waiting = next
  }

  private func schedule(_ delay: TimeAmount) {
    timer = eventLoop.assumeIsolated().scheduleTask(in: delay) { self.check() }
  }

  private func check() {
    let now = NIODeadline.now()
    let all = waited + (waiting.since.map { now - $0 } ?? .zero)
    let rest = deadlines.total.timeAmount - all
    if rest <= .zero { return expire("the store took longer than \(deadlines.total)") }
    // By then another may be waited for, and that for a shorter time.
    var next = min(rest, deadlines.connect.timeAmount, deadlines.idle.timeAmount)
    switch waiting {
    case .no: break
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
