import Foundation
import ObjectStorage

extension ZoneClock {
  init(_ zone: TimeZone, name: String) {
    self.init(name: name) { now in
      zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(now.secondsSinceEpoch)))
    }
  }

  /// A name of the time zone database, or a distance from UTC such as `+08:00`.
  init?(named text: String) {
    if text == "UTC" {
      self = .utc
    } else if let seconds = Self.distance(text) {
      self.init(name: text) { _ in seconds }
    } else if TimeZone.knownTimeZoneIdentifiers.contains(text), let zone = TimeZone(identifier: text) {
      self.init(zone, name: text)
    } else {
      return nil
    }
  }

  private static func distance(_ text: String) -> Int? {
    guard let sign = ["+": 1, "-": -1][text.prefix(1)] else { return nil }
    let fields = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
    let isNumeric = fields.allSatisfy { $0.count == 2 && $0.allSatisfy { ("0"..."9").contains($0) } }
    guard fields.count == 2, isNumeric, let hours = Int(fields[0]), let minutes = Int(fields[1]), hours <= 14,
      minutes < 60
    else { return nil }
    return sign * (hours * 3600 + minutes * 60)
  }
}
