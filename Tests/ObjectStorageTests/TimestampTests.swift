import ObjectStorage
import Testing

@Suite("instants and their forms")
struct TimestampTests {
  /// Seconds since the epoch by `date -u -d … +%s`.
  static let known: [(Int64, String, String, String)] = [
    (0, "1970-01-01T00:00:00.000Z", "Thu, 01 Jan 1970 00:00:00 GMT", "19700101T000000Z"),
    (951_782_400, "2000-02-29T00:00:00.000Z", "Tue, 29 Feb 2000 00:00:00 GMT", "20000229T000000Z"),
    (1_704_164_645, "2024-01-02T03:04:05.000Z", "Tue, 02 Jan 2024 03:04:05 GMT", "20240102T030405Z"),
    (4_107_542_400, "2100-03-01T00:00:00.000Z", "Mon, 01 Mar 2100 00:00:00 GMT", "21000301T000000Z"),
    (-1, "1969-12-31T23:59:59.000Z", "Wed, 31 Dec 1969 23:59:59 GMT", "19691231T235959Z"),
  ]

  @Test("every form is written and read back", arguments: known)
  func forms(_ seconds: Int64, _ iso: String, _ http: String, _ basic: String) {
    let instant = Timestamp(millisecondsSinceEpoch: seconds * 1000)
    #expect(instant.iso8601 == iso && instant.httpDate == http && instant.basic == basic)
    #expect(Timestamp(iso8601: iso) == instant)
    #expect(Timestamp(httpDate: http) == instant)
    #expect(instant.spaced == "\(iso.prefix(10)) \(iso.dropFirst(11).prefix(8))")
  }

  @Test("fractions of any length are read to the millisecond")
  func fractions() {
    for (text, milliseconds) in [("", 0), (".5", 500), (".05", 50), (".123", 123), (".123999999", 123)] {
      #expect(
        Timestamp(iso8601: "1970-01-01T00:00:00\(text)Z")?.millisecondsSinceEpoch == Int64(milliseconds))
    }
  }

  @Test(
    "what is no instant is refused",
    arguments: [
      "", "2024", "2024-13-01T00:00:00Z", "2023-02-29T00:00:00Z", "2024-01-01T24:00:00Z",
      "2024-01-01 00:00:00Z",
      "2024-01-01T00:00:00", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00.1234567890Z",
      "２024-01-01T00:00:00Z",
      "0000-01-01T00:00:00Z",
    ])
  func malformed(_ text: String) {
    #expect(Timestamp(iso8601: text) == nil)
    #expect(Timestamp(httpDate: text) == nil)
  }
}
