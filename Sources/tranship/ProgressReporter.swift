import AuditLedger
import Checksums
import Foundation
import Migration
import ObjectStorage
import Synchronization

/// Turns the events of a run into a progress line, or into one JSON event a line.
final class ProgressReporter: Sendable {
  private struct State {
    var phase = MigrationEvent.Phase.inventory
    var listed: [Side: Int] = [:]
    var planned = 0
    var ended: Int64 = 0
    var errors: Int64 = 0
    var bytesSent: Int64 = 0
    var width: Int?
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
    let now = clock.now().millisecondsSinceEpoch
    let line = state.withLock { state -> String? in
      Self.apply(event, to: &state)
      guard now - state.lastShownAt >= 200 else { return nil }
      state.lastShownAt = now
      return Self.line(state)
    }
    if json { tell(event) } else if let line { console.progress(line) }
    if case .outsideWindow(let window, let zone, let opensAt) = event, !json { waits(window, zone, opensAt) }
    if case .contentMD5(false, let why) = event, !json {
      console.note(
        "note: the destination was not seen to check Content-MD5\(why.isEmpty ? "" : " (\(why))"); "
          + "MD5s are computed here instead")
    }
  }

  private func waits(_ window: DailyWindow, _ zone: ZoneClock, _ opensAt: Timestamp) {
    console.note("outside the window \(window.text) (\(zone.name)); goes on at \(zone.text(opensAt))")
  }

  private static func apply(_ event: MigrationEvent, to state: inout State) {
    switch event {
    case .phase(let phase): state.phase = phase
    case .listed(let side, let keys): state.listed[side, default: 0] += keys
    case .planned(let keys): state.planned += keys
    case .contentMD5, .outsideWindow: break
    case .width(let width): state.width = width
    case .settled(let keys): state.ended += Int64(keys)
    case .ended(let outcome):
      state.ended += 1
      state.bytesSent += outcome.bytesSent
      if case .error = outcome.resolution { state.errors += 1 }
    }
  }

  private static func line(_ state: State) -> String {
    switch state.phase {
    case .inventory:
      "inventory: source \(Wording.count(state.listed[.source] ?? 0)) keys, destination "
        + "\(Wording.count(state.listed[.destination] ?? 0)) keys"
    case .plan: "plan: \(Wording.count(state.planned)) keys decided"
    case .copy:
      "copy: \(Wording.count(state.ended)) objects ended, \(Wording.size(state.bytesSent)) sent, "
        + "\(Wording.count(state.errors)) errors"
        + (state.width.map { ", \($0) at a time" } ?? "")
    case .verify:
      "verify: \(Wording.count(state.ended)) objects judged, \(Wording.count(state.errors)) errors"
    case .report: "report"
    }
  }

  private func tell(_ event: MigrationEvent) {
    let fields: [String: String]
    switch event {
    case .phase(let phase): fields = ["event": "phase", "phase": phase.rawValue]
    case .listed(let side, let keys): fields = ["event": "listed", "side": side.rawValue, "keys": "\(keys)"]
    case .planned(let keys): fields = ["event": "planned", "keys": "\(keys)"]
    case .contentMD5(let honoured, let why):
      fields = ["event": "content-md5", "honoured": "\(honoured)", "message": why]
    case .settled(let keys): fields = ["event": "settled", "keys": "\(keys)"]
    case .ended(let outcome): fields = Self.fields(outcome)
    case .width(let width): fields = ["event": "width", "transfers": "\(width)"]
    case .outsideWindow(let window, let zone, let opensAt):
      fields = [
        "event": "outside-window", "window": window.text, "timeZone": zone.name, "opensAt": opensAt.iso8601,
      ]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(fields) else { return }
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
