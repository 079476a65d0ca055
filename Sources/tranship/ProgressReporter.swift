import AuditLedger
import Checksums
import Foundation
import Migration
import ObjectStorage
import Synchronization

/// Turns the events of a run into lines of progress on a terminal, or into one line of JSON an object.
final class ProgressReporter: Sendable {
  private struct State {
    var phase = MigrationEvent.Phase.inventory
    var listed: [Side: Int] = [:]
    var planned = 0
    var ended: Int64 = 0
    var errors: Int64 = 0
    var figures = ProgressFigures()
    /// Nil before a run says what there is to see.
    var gauge: (@Sendable () -> RunGauge)?
    var lastShownAt: Int64 = 0
  }

  private let console: Console
  private let json: Bool
  private let clock: RunClock
  private let state = Mutex(State())

  init(console: Console, json: Bool, clock: RunClock) {
    self.console = console
    self.json = json
    self.clock = clock
  }

  func receive(_ event: MigrationEvent) {
    state.withLock { Self.apply(event, to: &$0) }
    if case .outsideWindow(let window, let zone, let opensAt) = event { waits(window, zone, opensAt) }
    if json {
      if case .ended(let outcome) = event { tell(outcome) }
      return
    }
    show()
    if case .contentMD5(false, let why) = event {
      console.note(
        "note: the destination was not seen to check Content-MD5\(why.isEmpty ? "" : " (\(why))"); "
          + "MD5s are computed here instead")
    }
  }

  /// Shows what is under way a few times a second, also while nothing ends, until the watch is let go.
  func watch(_ gauge: @escaping @Sendable () -> RunGauge) -> ProgressTicker? {
    guard console.isTerminal, !json else { return nil }
    state.withLock { $0.gauge = gauge }
    return ProgressTicker { [self] in show() }
  }

  private func show() {
    guard console.isTerminal else { return }
    let now = clock.now()
    let lines = state.withLock { state -> [String]? in
      guard now.millisecondsSinceEpoch - state.lastShownAt >= 200 else { return nil }
      state.lastShownAt = now.millisecondsSinceEpoch
      if let gauge = state.gauge { state.figures.read(gauge(), at: now) }
      return Self.lines(state)
    }
    if let lines { console.progress(lines) }
  }

  private func waits(_ window: DailyWindow, _ zone: ZoneClock, _ opensAt: Timestamp) {
    console.note("outside the window \(window.text) (\(zone.name)); goes on at \(zone.text(opensAt))")
  }

  private static func apply(_ event: MigrationEvent, to state: inout State) {
    switch event {
    case .phase(let phase): state.phase = phase
    case .listed(let side, let keys): state.listed[side, default: 0] += keys
    case .planned(let keys): state.planned += keys
    case .contentMD5, .outsideWindow, .width: break
    case .work(let objects, let bytes): state.figures.begin(objects: objects, bytes: bytes)
    case .settled(let keys): state.ended += Int64(keys)
    case .ended(let outcome):
      state.ended += 1
      state.figures.add(outcome)
      if case .error = outcome.resolution { state.errors += 1 }
    }
  }

  private static func lines(_ state: State) -> [String] {
    switch state.phase {
    case .inventory:
      [
        "inventory: source \(Wording.count(state.listed[.source] ?? 0)) keys, destination "
          + "\(Wording.count(state.listed[.destination] ?? 0)) keys"
      ]
    case .plan: ["plan: \(Wording.count(state.planned)) keys decided"]
    case .copy: ProgressBlock.lines(state.figures)
    case .verify:
      ["verify: \(Wording.count(state.ended)) objects judged, \(Wording.count(state.errors)) errors"]
    case .report: ["report"]
    }
  }

  private func tell(_ outcome: ObjectOutcome) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(Self.fields(outcome)) else { return }
    console.result(String(decoding: data, as: UTF8.self))
  }

  private static func fields(_ outcome: ObjectOutcome) -> [String: String] {
    var fields = [
      "event": "object", "key": outcome.key.percentEncoded, "bytesSent": "\(outcome.bytesSent)",
      "startedAt": outcome.startedAt.iso8601, "endedAt": outcome.endedAt.iso8601,
    ]
    switch outcome.resolution {
    case .completed(let proof, let match, let sent):
      fields["list"] = "completed"
      fields["proof"] = proof.rawValue
      fields["checksum"] = "\(match.checksum.algorithm.rawValue):\(match.checksum.text)"
      fields["sent"] = "\(sent)"
    case .error(let errorClass, let message):
      fields["list"] = "error"
      fields["class"] = errorClass.rawValue
      fields["message"] = message
    case .skipped(let reason):
      fields["list"] = "skipped"
      fields["message"] = reason
    }
    switch outcome.metadata {
    case nil: break
    case .equal: fields["metadata"] = "equal"
    case .differs(let differences): fields["metadata"] = differences.joined(separator: "; ")
    }
    return fields
  }
}
