import ObjectStorage
import Testing

private let now = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)

private func object(_ key: String, size: Int64 = 10, changed: Timestamp? = now) -> ListedObject {
  ListedObject(key: ObjectKey(key), size: size, lastModifiedAt: changed)
}

private func filter(_ rules: (ObjectFilter.Option, String)...) throws -> ObjectFilter {
  try ObjectFilter(rules.map { ObjectFilter.Rule($0, $1) }, now: now)
}

private let precedence:
  [(rules: [(ObjectFilter.Option, String)], key: String, size: Int64, reason: String?)] = [
    ([], "a", 1, nil),
    ([(.include, "a*")], "ab", 1, nil),
    ([(.include, "a*"), (.include, "b*")], "b", 1, nil),
    ([(.include, "a*")], "b", 1, "excluded: no --include matches"),
    ([(.exclude, "tmp/**")], "tmp/x", 1, "excluded: --exclude tmp/**"),
    ([(.exclude, "tmp/**")], "b", 1, nil),
    ([(.include, "a*"), (.exclude, "ab")], "ab", 1, "excluded: --exclude ab"),
    ([(.exclude, "ab"), (.include, "a*")], "ab", 1, "excluded: --exclude ab"),
    ([(.include, "a*"), (.exclude, "c")], "c", 1, "excluded: no --include matches"),
    ([(.exclude, "a*"), (.exclude, "ab")], "ab", 1, "excluded: --exclude a*"),
    ([(.minSize, "10")], "a", 10, nil),
    ([(.minSize, "10")], "a", 9, "excluded: --min-size 10"),
    ([(.maxSize, "1KiB")], "a", 1024, nil),
    ([(.maxSize, "1KiB")], "a", 1025, "excluded: --max-size 1KiB"),
    ([(.minSize, "5"), (.exclude, "a")], "a", 1, "excluded: --exclude a"),
    ([(.maxSize, "0"), (.minSize, "5")], "a", 1, "excluded: --max-size 0"),
  ]

@Suite struct ObjectFilterTests {
  @Test(
    "an object is in when an include takes it, no exclude does, and every bound is kept",
    arguments: 0..<precedence.count)
  func inOrOut(_ row: Int) throws {
    let (rules, key, size, reason) = precedence[row]
    let filter = try ObjectFilter(rules.map { ObjectFilter.Rule($0, $1) }, now: now)
    #expect(filter.exclusion(of: object(key, size: size), below: ObjectKey("")) == reason)
    #expect(filter.isEmpty == rules.isEmpty)
  }

  @Test("every instant has every object on one side of it, and an unknown change is on none")
  func instants() throws {
    for milliseconds: Int64 in [-1, 0, 1] {
      let item = object("a", changed: now.advanced(byMilliseconds: milliseconds))
      let isNewer = try filter((.newer, now.iso8601)).exclusion(of: item, below: ObjectKey("")) == nil
      let isOlder = try filter((.older, now.iso8601)).exclusion(of: item, below: ObjectKey("")) == nil
      #expect(isNewer == (milliseconds >= 0) && isOlder == (milliseconds < 0))
    }
    #expect(
      try filter((.older, "2023-11-14")).exclusion(of: object("a", changed: nil), below: ObjectKey(""))
        == "excluded: --older 2023-11-14T00:00:00.000Z, and the last change is not known")
    #expect(try filter((.minSize, "1")).exclusion(of: object("a", changed: nil), below: ObjectKey("")) == nil)
  }

  @Test(
    "instants are times, dates and durations",
    arguments: [
      ("2024-01-02T03:04:05Z", "2024-01-02T03:04:05.000Z"),
      ("2024-01-02t03:04:05.5z", "2024-01-02T03:04:05.500Z"),
      ("2024-01-02T03:04:05+08:00", "2024-01-01T19:04:05.000Z"),
      ("2024-01-02T03:04:05.250-00:30", "2024-01-02T03:34:05.250Z"),
      ("2024-02-29", "2024-02-29T00:00:00.000Z"),
      ("30d", "2023-10-15T22:13:20.000Z"), ("12h", "2023-11-14T10:13:20.000Z"),
      ("1d12h30m", "2023-11-13T09:43:20.000Z"), ("2w", "2023-10-31T22:13:20.000Z"),
      ("0s", "2023-11-14T22:13:20.000Z"),
    ])
  func readable(_ text: String, _ instant: String) throws {
    #expect(Timestamp(bound: text, now: now)?.iso8601 == instant)
    // What is stored reads back as itself.
    let stored = try filter((.newer, text)).rules
    #expect(stored == [ObjectFilter.Rule(.newer, instant)])
    #expect(try ObjectFilter(stored, now: Timestamp(millisecondsSinceEpoch: 0)).rules == stored)
  }

  @Test(
    "anything else is no instant",
    arguments: [
      "", "30", "d", "30x", "30 d", "-30d", "2024", "2024-13-01", "2023-02-29", "2024-01-02T03:04:05",
      "2024-01-02 03:04:05Z", "2024-01-02T03:04:05+0800", "2024-01-02T03:04:05+25:00",
      "99999999999999999999d",
      "9223372036854775807w", "99999999d", "yesterday", "1d2", "2024-01-02T03:04:05+é",
    ])
  func unreadable(_ text: String) {
    #expect(Timestamp(bound: text, now: now) == nil)
    let error = #expect(throws: StorageError.self) { try filter((.newer, text)) }
    #expect(error?.code == .invalidRequest && error?.message.hasPrefix("--newer \(text) is neither") == true)
  }

  @Test(
    "patterns see what stands behind the prefix",
    arguments: [
      ("2024/", "2024/a", "/a", true), ("2024", "2024/a", "/a", true), ("2024", "2024-a", "/-a", true),
      ("2024", "2024//a", "/a", false), ("2024", "2024//a", "//a", true), ("", "/a", "/a", false),
      ("", "/a", "a", true), ("2024/", "2024/tmp/x", "/2024/**", false),
      ("2024/", "2024/tmp/x", "2024/**", false),
      ("2024/", "2024/tmp/x", "tmp/", true), ("2024/", "2024/tmp/x", "regex:^tmp", true),
      ("2024/", "2024/tmp/x", "regex:2024", false),
    ])
  func prefixes(_ prefix: String, _ key: String, _ pattern: String, _ isIn: Bool) throws {
    let reason = try filter((.include, pattern)).exclusion(of: object(key), below: ObjectKey(prefix))
    #expect((reason == nil) == isIn)
  }

  @Test(
    "regular expressions match anywhere in the text, without normalising it",
    arguments: [
      ("regex:\\.csv$", "a/b.csv", true), ("regex:\\.csv$", "a/b.csv.gz", false), ("regex:^b", "a/b", false),
      ("regex:b", "a/b", true), ("regex:^\u{E9}$", "e\u{301}", false), ("regex:^\u{E9}$", "\u{E9}", true),
      ("regex:^e.$", "e\u{301}", true), ("regex:(?i)^A$", "a", true), ("[r]egex:x", "regex:x", true),
      ("regex:^[0-9]{4}/(0[1-9]|1[0-2])/", "2024/07/x", true),
      ("regex:^[0-9]{4}/(0[1-9]|1[0-2])/", "2024/13/x", false),
    ])
  func regexes(_ pattern: String, _ key: String, _ isIn: Bool) throws {
    let reason = try filter((.include, pattern)).exclusion(of: object(key), below: ObjectKey(""))
    #expect((reason == nil) == isIn)
  }

  @Test("a key that is not UTF-8 matches no regular expression: it is in for excludes, and out for includes")
  func notText() throws {
    let item = ListedObject(key: ObjectKey(bytes: [0x61, 0xFF]), size: 1)
    #expect(try filter((.exclude, "regex:a")).exclusion(of: item, below: ObjectKey("")) == nil)
    #expect(
      try filter((.include, "regex:a")).exclusion(of: item, below: ObjectKey(""))
        == "excluded: no --include matches")
    #expect(
      try filter((.exclude, "a?")).exclusion(of: item, below: ObjectKey("")) == "excluded: --exclude a?")
  }

  @Test(
    "a value that cannot be used is named",
    arguments: [
      (ObjectFilter.Option.exclude, "regex:(", "--exclude: the regular expression ( cannot be used"),
      (.include, "regex:", "empty regex"), (.include, "[", "--include: the pattern [ cannot be used"),
      (.minSize, "many", "--min-size many is no size"), (.maxSize, "-1", "--max-size -1 is no size"),
      (.older, "30\u{1B}[0m", "--older 30\\u{1b}[0m is neither"),
    ])
  func broken(_ option: ObjectFilter.Option, _ value: String, _ words: String) {
    let error = #expect(throws: StorageError.self) { try filter((option, value)) }
    #expect(
      error?.code == .invalidRequest && error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test("rules are shown as a shell takes them")
  func text() throws {
    let shown = try filter((.include, "*.csv"), (.exclude, "it's"), (.exclude, "a/b"), (.newer, "30d"))
    #expect(
      shown.rules.text
        == "--include '*.csv' --exclude 'it'\\''s' --exclude a/b --newer 2023-10-15T22:13:20.000Z")
    #expect(shown.asked.text.hasSuffix("--newer 30d"))
    #expect([ObjectFilter.Rule]().text == "" && [ObjectFilter.Rule(.include, "")].text == "--include ''")
  }
}
