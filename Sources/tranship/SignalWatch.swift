import Dispatch
import Glibc
import Synchronization

/// Cancels a task when the process is asked to end; a second request, or ten seconds, end it at once.
final class SignalWatch {
  private let sources: [any DispatchSourceSignal]

  init(cancel: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "tranship.signals")
    let requests = Requests()
    sources = [SIGINT, SIGTERM, SIGHUP].map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        guard requests.isFirst() else { _exit(ExitStatus.interrupted.rawValue) }
        cancel()
        // A store that answers nothing must not hold the process: the ledger bears any end.
        queue.asyncAfter(deadline: .now() + .seconds(10)) { _exit(ExitStatus.interrupted.rawValue) }
      }
      source.activate()
      return source
    }
  }
}

private final class Requests: Sendable {
  private let count = Atomic<Int>(0)

  func isFirst() -> Bool { count.add(1, ordering: .relaxed).newValue == 1 }
}
