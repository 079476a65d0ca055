import ObjectStorage

/// Holds what is to be begun until the window of the day is open.
struct OpeningTimes: Sendable {
  let window: DailyWindow
  let zone: ZoneClock
  let clock: RunClock
  let report: @Sendable (MigrationEvent) -> Void

  /// A clock that was set, or a machine that slept, is noticed within a minute.
  private static let longestSleep: Duration = .seconds(60)

  var isOpen: Bool { opening == nil }

  /// Returns at once where the window is open.
  func wait() async throws(RunStop) {
    guard let first = opening else { return }
    report(.outsideWindow(window, zone, opensAt: first))
    while let opening {
      let milliseconds = opening.millisecondsSinceEpoch - clock.now().millisecondsSinceEpoch
      do {
        try await clock.sleep(min(.milliseconds(max(1, milliseconds)), Self.longestSleep))
      } catch {
        throw .interrupted
      }
    }
  }

  private var opening: Timestamp? { window.opening(after: clock.now(), in: zone) }
}
