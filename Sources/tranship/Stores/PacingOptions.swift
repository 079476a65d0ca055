import ArgumentParser
import Foundation
import Migration
import ObjectStorage

/// How fast a command may go, and when; the same for all that move objects.
struct PacingOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Transfers (objects, and parts of large ones) on their way at one time; found out by the run where not given.",
      valueName: "number"))
  var concurrency: Int?
  @Option(
    help: ArgumentHelp(
      """
      Bytes of objects that are read from the source, a second: 20MiB/s, or by the time of day: \
      08:00-19:00=20MiB/s,19:00-08:00=off.
      """, valueName: "rate"))
  var bandwidth: String?
  @Option(
    help: ArgumentHelp(
      "Requests to each side, a second, of every kind; by the time of day as --bandwidth.", valueName: "rate")
  )
  var requestsPerSecond: String?
  @Option(
    help: ArgumentHelp(
      "Begins objects only at these times of the day, such as 22:00-06:00; those on their way end.",
      valueName: "times"))
  var window: String?
  @Option(
    help: ArgumentHelp(
      "Whose times of the day these are: Asia/Shanghai, UTC, +08:00; the machine's where not given.",
      valueName: "zone"))
  var timeZone: String?

  func validate() throws {
    do {
      if let concurrency, !(1...OpenFiles.transfers()).contains(concurrency) {
        throw StorageError(
          .invalidRequest,
          "--concurrency \(concurrency) is not from 1 to \(OpenFiles.transfers()), the most that there may be; files "
            + "that may be open (ulimit -n) bound it, too")
      }
      _ = try pacing()
    } catch let error as StorageError {
      throw ValidationError(error.message)
    }
  }

  /// The checked settings.
  func pacing() throws(StorageError) -> Pacing {
    Pacing(
      bandwidth: try read("--bandwidth", bandwidth) { text throws(StorageError) in
        try Timetable(bandwidth: text)
      },
      requestsPerSecond: try read("--requests-per-second", requestsPerSecond) { text throws(StorageError) in
        try Timetable(requests: text)
      },
      window: try read("--window", window) { text throws(StorageError) in
        try DailyWindow(parsing: text)
      },
      zone: try zone(), widest: min(256, OpenFiles.transfers()))
  }

  private func read<Value>(
    _ option: String, _ text: String?, _ read: (String) throws(StorageError) -> Value
  ) throws(StorageError) -> Value? {
    guard let text else { return nil }
    do {
      return try read(text)
    } catch {
      throw StorageError(.invalidRequest, "\(option): \(error.message)")
    }
  }

  private func zone() throws(StorageError) -> ZoneClock {
    guard let timeZone else {
      return ZoneClock(TimeZone.current, name: "\(TimeZone.current.identifier), the machine's")
    }
    guard let zone = ZoneClock(named: timeZone) else {
      throw StorageError(
        .invalidRequest,
        "--time-zone: \(shownSafely(timeZone)) is not a time zone; give one such as Asia/Shanghai, UTC or +08:00"
      )
    }
    return zone
  }
}

extension Pacing {
  /// What was asked for, in one line; nil where nothing was.
  var text: String? {
    var pieces: [String] = []
    if let bandwidth { pieces.append("bandwidth \(bandwidth.text)") }
    if let requestsPerSecond { pieces.append("requests per second \(requestsPerSecond.text), each side") }
    if let window { pieces.append("objects are begun at \(window.text)") }
    guard !pieces.isEmpty else { return nil }
    return "pacing: " + pieces.joined(separator: "; ")
      + (isTimed ? "; times of the day are \(zone.name)" : "")
  }

  /// Whether anything goes by the time of the day.
  var isTimed: Bool {
    window != nil || bandwidth?.isTimed == true || requestsPerSecond?.isTimed == true
  }
}
