import ObjectStorage
import Testing

@Suite("timetables and windows")
struct TimetableTests {
  struct Row: Sendable, CustomTestStringConvertible {
    var text: String
    /// Times of the day, as minutes, and the limit then.
    var limits: [(Int, Int64?)]
    var testDescription: String { text }
  }

  static let mebibyte: Int64 = 1 << 20

  static let rows = [
    Row(text: "20MiB/s", limits: [(0, 20 * mebibyte), (1439, 20 * mebibyte)]),
    Row(text: "20MB", limits: [(720, 20_000_000)]),
    Row(text: "4096", limits: [(720, 4096)]),
    Row(text: "off", limits: [(0, nil), (720, nil)]),
    Row(
      text: "08:00-19:00=20MiB/s,19:00-08:00=off",
      limits: [(479, nil), (480, 20 * mebibyte), (1139, 20 * mebibyte), (1140, nil), (0, nil)]),
    Row(
      text: "22:30-06:15=1GiB,07:00-24:00=2KiB".replacing("24:00", with: "22:30"),
      limits: [
        (1350, 1 << 30), (1439, 1 << 30), (0, 1 << 30), (374, 1 << 30), (375, nil), (419, nil), (420, 2048),
        (1349, 2048),
      ]),
    Row(text: "00:00-24:00=2KiB/s", limits: [(0, 2048), (1439, 2048)]),
  ]

  @Test("a limit holds from its minute to the minute before its end, and gaps have none", arguments: rows)
  func limits(_ row: Row) throws {
    let table = try Timetable(bandwidth: row.text)
    for (minute, limit) in row.limits { #expect(table.limit(atMinute: minute) == limit, "\(minute)") }
    #expect(table.text == row.text && table.isTimed == row.text.contains("="))
  }

  static let refused = [
    ("", " is not a limit"),
    ("0", "0 is not a limit; give one such as 20MiB/s, or off"),
    ("1023", "1023 is not a limit"),
    ("-5MiB/s", "-5MiB/s is not a limit"),
    ("fast", "fast is not a limit"),
    ("99999999999GiB", "99999999999GiB is not a limit"),
    ("08:00-19:00", "08:00-19:00 is not a limit"),
    ("20MiB/s,30MiB/s", "20MiB/s names no time; give a piece such as 08:00-19:00=20MiB/s"),
    ("08:00-19:00=20MiB/s,", " names no time"),
    ("08:00-19:00=quick", "quick is not a limit"),
    ("08:00-19:00=1MiB=2", "1MiB=2 is not a limit"),
    ("8:00-19:00=1MiB", "8:00-19:00=1MiB: 8:00-19:00 is not a span of the day; give one such as 08:00-19:00"),
    ("08:60-19:00=1MiB", "08:60-19:00 is not a span"),
    ("08:00-25:00=1MiB", "08:00-25:00 is not a span"),
    ("24:00-08:00=1MiB", "24:00-08:00 is not a span"),
    ("08:00=1MiB", "08:00 is not a span"),
    ("08:00-09:00-10:00=1MiB", "08:00-09:00-10:00 is not a span"),
    ("08:00-08:00=1MiB", "08:00-08:00 is empty; the whole day is 00:00-24:00"),
    ("08:00-19:00=1MiB,18:59-20:00=off", "18:59-20:00=off overlaps 08:00-19:00=1MiB"),
    ("22:00-06:00=1MiB,05:59-07:00=2MiB", "05:59-07:00=2MiB overlaps 22:00-06:00=1MiB"),
    ("08:00-19:00=\u{1b}[2J", "is not a limit"),
  ]

  @Test("what is no timetable is refused with the piece that is wrong", arguments: refused)
  func refusals(_ text: String, _ says: String) {
    let error = #expect(throws: StorageError.self) { try Timetable(bandwidth: text) }
    #expect(error?.code == .invalidRequest)
    #expect(error?.message.contains(says) == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("\u{1b}") == false)
  }

  @Test("requests are whole numbers, from 1 on")
  func requests() throws {
    #expect(try Timetable(requests: "500").limit(atMinute: 0) == 500)
    #expect(try Timetable(requests: "00:00-12:00=1").limit(atMinute: 0) == 1)
    for text in ["0", "5MiB", "1.5", "+3", ""] {
      #expect(throws: StorageError.self) { try Timetable(requests: text) }
    }
  }

  /// 2023-11-14 22:13:20 UTC.
  static let evening: Int64 = 1_700_000_000_000

  @Test("a window opens at its minute, in its zone, also over midnight")
  func window() throws {
    let shanghai = ZoneClock(name: "+08:00") { _ in 8 * 3600 }
    func opening(_ text: String, _ zone: ZoneClock, after seconds: Int64 = 0) throws -> Int64? {
      let now = Timestamp(millisecondsSinceEpoch: Self.evening + seconds * 1000)
      return try DailyWindow(parsing: text).opening(after: now, in: zone).map {
        ($0.millisecondsSinceEpoch - Self.evening) / 1000
      }
    }
    // 22:13:20 in UTC, 06:13:20 in Shanghai.
    #expect(try opening("22:00-06:00", .utc) == nil)
    #expect(try opening("22:00-06:00", shanghai) == 15 * 3600 + 46 * 60 + 40)
    #expect(try opening("22:14-22:15", .utc) == 40)
    #expect(try opening("22:14-22:15", .utc, after: 40) == nil)
    #expect(try opening("22:14-22:15", .utc, after: 100) == 24 * 3600 + 40)
    #expect(try opening("01:00-02:00,23:00-23:30", .utc) == 46 * 60 + 40)
    #expect(try opening("06:00-06:14,22:00-22:01", shanghai) == nil)
    #expect(try opening("00:00-24:00", .utc) == nil)
    #expect(throws: StorageError.self) { try DailyWindow(parsing: "22:00") }
    #expect(throws: StorageError.self) { try DailyWindow(parsing: "22:00-06:00,") }
  }

  @Test("a clock that is put forward or back shows the time of the wall")
  func summerTime() {
    // The offset grows by an hour at the instant.
    let zone = ZoneClock(name: "test") { $0.millisecondsSinceEpoch < Self.evening ? 3600 : 7200 }
    #expect(zone.text(Timestamp(millisecondsSinceEpoch: Self.evening - 1)) == "23:13")
    #expect(zone.text(Timestamp(millisecondsSinceEpoch: Self.evening)) == "00:13")
    #expect(zone.minute(at: Timestamp(millisecondsSinceEpoch: -1)) == 59)
    #expect(ZoneClock.utc.minute(at: Timestamp(millisecondsSinceEpoch: -1)) == 1439)
  }
}
