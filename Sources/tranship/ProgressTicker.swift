import Dispatch

/// Calls back a few times a second until it is let go.
final class ProgressTicker {
  private let timer: any DispatchSourceTimer

  init(_ action: @escaping @Sendable () -> Void) {
    timer = DispatchSource.makeTimerSource(queue: DispatchQueue(label: "tranship.progress"))
    timer.schedule(deadline: .now(), repeating: .milliseconds(250))
    timer.setEventHandler(handler: action)
    timer.activate()
  }

  deinit { timer.cancel() }
}
