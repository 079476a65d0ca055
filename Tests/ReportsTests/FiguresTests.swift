import Testing

@testable import Reports

@Suite struct FiguresTests {
  @Test(
    "numbers are grouped by thousands",
    arguments: [
      (0, "0"), (999, "999"), (1000, "1,000"), (-1_234_567, "-1,234,567"),
      (Int64.min, "-9,223,372,036,854,775,808"),
    ] as [(Int64, String)])
  func grouping(_ number: Int64, _ text: String) {
    #expect(grouped(number) == text)
  }

  @Test(
    "quotients round half up and never overflow",
    arguments: [
      (1, 3, 3, "0.333"), (2, 3, 3, "0.667"), (5, 10, 0, "1"), (999, 1000, 1, "1.0"),
      (Int64.max, 1, 1, "9223372036854775807.0"), (Int64.max - 1, Int64.max, 2, "1.00"),
    ] as [(Int64, Int64, Int, String)])
  func rounding(_ numerator: Int64, _ denominator: Int64, _ decimals: Int, _ text: String) {
    #expect(quotient(numerator, denominator, decimals: decimals) == text)
  }

  @Test("a quotient by nothing is unknown")
  func unknown() {
    #expect(quotient(1, 0, decimals: 1) == nil)
  }

  @Test(
    "sizes have the largest unit that fits",
    arguments: [
      (0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (1024, "1.0 KiB"), (1536, "1.5 KiB"),
      (7_838_315_315, "7.3 GiB"), (Int64.max, "8.0 EiB"),
    ] as [(Int64, String)])
  func sizes(_ bytes: Int64, _ text: String) {
    #expect(shownSize(bytes) == text)
  }

  @Test(
    "times are short below a minute and clocked above",
    arguments: [
      (0, "0.0 s"), (4_450, "4.5 s"), (60_000, "1 min 00 s"), (3_723_999, "1 h 02 min 03 s"),
    ] as [(Int64, String)])
  func durations(_ milliseconds: Int64, _ text: String) {
    #expect(shownDuration(milliseconds: milliseconds) == text)
  }

  @Test(
    "a CSV cell is quoted where it must be and never starts a formula",
    arguments: [
      ("", ""), ("plain", "plain"), ("a,b", "\"a,b\""), ("say \"hi\"", "\"say \"\"hi\"\"\""),
      ("two\nlines", "\"two\nlines\""), ("=1+1", "'=1+1"), ("+1", "'+1"), ("@SUM(A1)", "'@SUM(A1)"),
      ("-2+3", "'-2+3"), ("-23", "-23"), ("\tx", "'\tx"), ("=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"),
      ("=HYPERLINK(\"http://x\",1)", "\"'=HYPERLINK(\"\"http://x\"\",1)\""), ("\r=1", "\"'\r=1\""),
      ("%2Drf", "%2Drf"), ("＝1+1", "'＝1+1"),
    ])
  func cells(_ text: String, _ cell: String) {
    #expect(csvRecord(text, "z") == "\(cell),z\r\n")
  }
}
