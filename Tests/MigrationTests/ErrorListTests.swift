import AuditLedger
import Foundation
import Migration
import ObjectStorage
import SavedReports
import StorageTesting
import Testing

private struct Hostile: Decodable {
  struct Vector: Decodable {
    var key: String
    var machine: String
  }

  var vectors: [Vector]

  static func all() throws -> [Vector] {
    try Fixtures.decode(Hostile.self, "hostile_keys.json").vectors.filter { !$0.key.utf8.contains(0) }
  }
}

@Suite("lists of objects to take up again")
struct ErrorListTests {
  /// How a list is written: its lines from the keys, and which keys it can hold.
  struct Form: CustomStringConvertible, Sendable {
    var name: String
    var format: ErrorListFormat
    var header = ""
    var spell: @Sendable (String, String) -> String
    var line: @Sendable (String) -> String
    var canHold: @Sendable (String) -> Bool = { _ in true }

    var description: String { name }
  }

  private static let times = ["2024-01-02 03:04:05", "2024-01-02T03:04:06Z"]

  private static func classic(
    _ name: String, _ separator: String, isEncoded: Bool, hasHeader: Bool = false
  ) -> Form {
    Form(
      name: "classic, \(name), \(isEncoded ? "encoded" : "plain"), \(hasHeader ? "header" : "no header")",
      format: .classic,
      header: hasHeader
        ? ["file name", "start time", "end time", "description"].map {
          separator == " " ? String($0.filter { $0 != " " }) : $0
        }.joined(separator: separator) + "\n" : "",
      spell: { isEncoded ? $1 : $0 },
      line: { [$0, times[0], times[1], "check size failed, twice"].joined(separator: separator) },
      canHold: { key in isEncoded || (!holdsLineEnd(key) && !(separator == " " && key.hasSuffix(" "))) })
  }

  private static func holdsLineEnd(_ key: String) -> Bool {
    key.utf8.contains(10) || key.utf8.contains(13)
  }

  private static func isBlankEnded(_ key: String) -> Bool { key.utf8.first == 32 || key.utf8.last == 32 }

  static let forms: [Form] =
    [("tab", "\t"), ("comma", ","), ("pipe", "|"), ("blanks", " ")].flatMap { name, separator in
      [false, true].flatMap { isEncoded in
        [false, true].map {
          classic(name, separator, isEncoded: isEncoded, hasHeader: $0)
        }
      }
    } + [
      Form(
        name: "current", format: .current, spell: { $1 },
        line: { "\($0),\($0),12,,,,,,\(times[0]),,\(times[0]),\(times[1]),no such thing" }),
      Form(
        name: "current, header, tabs", format: .current,
        header:
          "source name\tdestination name\tsource size\tdestination size\tsource md5\tdestination md5\tsource crc64\tdestination crc64\tsource last modified\tdestination last modified\tstart\tend\n",
        spell: { $1 },
        line: { "\($0)\t\($0)\t12\t\t\t\t\t\t\(times[0])\t\t\(times[0])\t\(times[1])" }),
      Form(
        name: "current, plus for blanks", format: .current,
        spell: { $1.replacingOccurrences(of: "%20", with: "+") },
        line: { "\($0),\($0),12,,,,,,\(times[0]),,\(times[0]),\(times[1])" }),
      Form(
        name: "rclone --combined", format: .rcloneCombined, header: "= fine\n- other\n",
        spell: { key, _ in key },
        line: { "* \($0)" }, canHold: { !holdsLineEnd($0) && isRcloneName($0) }),
      Form(
        name: "manifest", format: .batchManifest, spell: { $1 }, line: { "from,\($0)" }),
      Form(
        name: "manifest with versions, quoted", format: .batchManifest, spell: { $1 },
        line: { "\"from\",\"\($0)\",\"\"" }),
    ]

  /// Names that mean themselves to rclone.
  private static func isRcloneName(_ key: String) -> Bool {
    !key.unicodeScalars.contains {
      (0x2400...0x2421).contains($0.value) || $0 == "\u{201B}" || $0 == "\u{FFFD}"
    }
      && !key.split(separator: "/").contains { ["．", "．．"].contains($0) }
  }

  private func written(_ text: String, _ body: (String) async throws -> Void) async throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/list"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    try await body(path)
  }

  private func keys(
    _ path: String, _ existing: Set<ObjectKey>, prefix: String = "", format: ErrorListFormat? = nil,
    spelling: ListedSpelling? = nil
  ) async throws -> [ObjectKey] {
    let list = try ErrorList(
      path,
      ErrorList.Settings(bucket: "from", prefix: ObjectKey(prefix), format: format, spelling: spelling))
    return try await list.keys { $0.map { existing.contains($0) } }.map(\.key)
  }

  @Test(
    "every format, spelling, separator and header is told, and every hostile key comes back", arguments: forms
  )
  func told(_ form: Form) async throws {
    let vectors = try Hostile.all().filter { form.canHold($0.key) }
    #expect(vectors.count > 30)
    let text = form.header + vectors.map { form.line(form.spell($0.key, $0.machine)) + "\n" }.joined()
    try await written(text) { path in
      let list = try ErrorList(path, ErrorList.Settings(bucket: "from", prefix: ObjectKey("")))
      #expect(list.format == form.format)
      let expected = vectors.map { ObjectKey($0.key) }
      let found = try await keys(path, Set(expected))
      #expect(found.count == expected.count)
      for (one, other) in zip(found, expected) { #expect(one == other) }
    }
    // Lines may end as on Windows, and the file begin with a mark.
    try await written("\u{FEFF}" + text.replacingOccurrences(of: "\n", with: "\r\n")) { path in
      let found = try await keys(path, Set(vectors.map { ObjectKey($0.key) }))
      #expect(found.count == vectors.count)
    }
  }

  /// What a name of a list of keys becomes, by what exists.
  static let choices: [(names: [String], existing: [String], prefix: String, keys: [String]?)] = [
    (["a"], [], "", ["a"]), (["a%20b"], ["a b"], "", ["a b"]), (["a%20b"], ["a%20b"], "", ["a%20b"]),
    (["a%20b"], [], "", nil), (["a%20b"], ["a b", "a%20b"], "", nil),
    (["100%", "a%20b"], [], "", ["100%", "a%20b"]), (["a%20b", "ü"], [], "", ["a%20b", "ü"]),
    (["a%2B+b"], ["a++b"], "", ["a++b"]), (["a%2B+b"], ["a+ b"], "", ["a+ b"]),
    (["a+b"], ["a+b"], "", ["a+b"]), (["a+b"], [], "", nil),
    (["a␉b"], ["a\tb"], "", ["a\tb"]), (["a␉b"], ["a␉b"], "", ["a␉b"]), (["a␉b"], [], "", nil),
    (["．/a"], ["./a"], "", ["./a"]), (["．/a"], ["．/a"], "", ["．/a"]),
    (["x"], [], "p/", ["p/x"]), (["p/x"], ["p/x"], "p/", ["p/x"]), (["p/x"], ["p/p/x"], "p/", ["p/p/x"]),
    (["p/x"], [], "p/", nil), (["p/x", "y"], [], "p/", ["p/p/x", "p/y"]), (["x"], [], "p", ["p/x"]),
    (["p/a%20b"], ["p/a b"], "p/", ["p/a b"]),
  ]

  @Test("what a name stands for is decided by what exists, or refused", arguments: choices)
  func chosen(_ row: (names: [String], existing: [String], prefix: String, keys: [String]?)) async throws {
    let (names, existing) = (row.names, Set(row.existing.map { ObjectKey($0) }))
    try await written(names.map { $0 + "\n" }.joined()) { path in
      guard let expected = row.keys else {
        await #expect(throws: StorageError.self) { try await keys(path, existing, prefix: row.prefix) }
        return
      }
      let found = try await keys(path, existing, prefix: row.prefix)
      #expect(found == expected.map { ObjectKey($0) })
    }
  }

  @Test("whoever says how names are written is believed, and nothing is looked up")
  func said() async throws {
    try await written("a%20b\n") { path in
      for (spelling, key) in [(ListedSpelling.plain, "a%20b"), (.percent, "a b")] {
        let found = try await keys(path, [], spelling: spelling)
        #expect(found == [ObjectKey(key)])
      }
    }
    try await written("a b\nc d\n") { path in
      let found = try await keys(path, [], format: .keys)
      #expect(found.count == 2)
      #expect(throws: StorageError.self) {
        try ErrorList(path, ErrorList.Settings(bucket: "from", prefix: ObjectKey(""), format: .current))
      }
    }
  }

  @Test(
    "this tool's own lists need no look at what exists, whatever their keys, also where the plan refused them"
  )
  func own() async throws {
    let vectors = try Hostile.all()
    for (times, cause) in [
      ("2024-01-02 03:04:05\t2024-01-02 03:04:06", "failed: source: x"), ("-\t-", "unsafe-name: y"),
    ] {
      try await written(vectors.map { "\($0.machine)\t\(times)\t\(cause)\n" }.joined()) { path in
        let found = try await keys(path, [])
        #expect(found == vectors.map { ObjectKey($0.key) })
      }
    }
  }

  static let refused: [(text: String, says: String)] = [
    ("", "it is empty"), ("\r\n", "it has no rows"), ("\u{FEFF}", "it is empty"),
    ("a\t2024-01-02 03:04:05\t2024-01-02 03:04:06\tx\na\tb\n", "list:2: not name, start, end"),
    // Two pairs of times: nobody can tell where the name ends.
    ("a,2024-01-02 03:04:05,2024-01-02 03:04:05,2024-01-02 03:04:05,x\n", "format is not certain"),
    ("= a\nb\n", "format is not certain"), ("from,a,v1\n", "list:1: the row names a version"),
    ("* a\n" + String(repeating: "= b\n", count: 30) + "c\n", "list:32: not one of"),
    ("s3://from/a\ta\t1700000000\t2024-01-02 03:04:05\n", "give the error list"),
    ("a\t1700000000\t1700000001\t2024-01-02 03:04:05\n", "give the error list"),
    ("s3://from/a\ta\t12\tkept: newer\n", "give the error list"),
    ("a\nb\r\n", "list:2: only some lines"), ("PAR1aaaa", "Parquet"), ("<a/>\n", "XML or JSON"),
    ("2024-01-02 03:04:05 12 a\n", "format is not certain"), ("\"a\"\n", "CSV"),
    (String(repeating: "x", count: 5000) + "\n", "no keys"),
  ]

  @Test("what is not certain, or no list of errors, is refused with its place", arguments: refused)
  func refusal(_ row: (text: String, says: String)) async throws {
    try await written(row.text) { path in
      do {
        _ = try ErrorList(path, ErrorList.Settings(bucket: "from", prefix: ObjectKey("")))
        Issue.record("\(row.text) was read")
      } catch let error as StorageError {
        #expect(error.message.contains(row.says), "\(error.message)")
        #expect(error.code == .invalidRequest)
      }
    }
  }

  @Test("rows of what did not fail are counted and passed over, and a key that is listed twice counts once")
  func passedOver() async throws {
    try await written("= a\n+ b\n! c\n* b\n- d\n") { path in
      let list = try ErrorList(path, ErrorList.Settings(bucket: "from", prefix: ObjectKey("")))
      #expect(list.passedOver == 2 && list.count == 3)
      let keys = try await list.keys { $0.map { _ in false } }.sortedOnce
      #expect(keys.map(\.key) == [ObjectKey("b"), ObjectKey("c")] && keys.map(\.line) == [2, 3])
    }
  }

  @Test("any damage to a list is an answer and no trap")
  func damaged() async throws {
    var chance = SeededGenerator(seed: 20_210_829)
    let line = "a%20b,c,2024-01-02 03:04:05\t2024-01-02 03:04:06\tfrom\r\n= \"x\",+ ␉．\n"
    for _ in 0..<400 {
      var bytes = Array(line.utf8)
      for _ in 0..<Int.random(in: 1...6, using: &chance) {
        bytes[Int.random(in: 0..<bytes.count, using: &chance)] = UInt8.random(in: 0...255, using: &chance)
      }
      for format in ErrorListFormat.allCases.map(Optional.init) + [nil] {
        guard var rows = try? ErrorListSniffer.rows(ofHead: bytes[...], format: format, bucket: "from") else {
          continue
        }
        for (index, line) in bytes.split(separator: 10).enumerated() {
          guard case .row(let row)? = try? rows.read(ReportLine(Int64(index + 1), line)) else { continue }
          for spelling in ListedSpelling.allCases { _ = spelling.bytes(of: row.name) }
        }
      }
    }
  }
}
