import Checksums
import ObjectStorage
import SavedReports
import Testing

@Suite("listings that rclone printed")
struct PathListingTests {
  @Test("objects come with sizes, times and hashes; folders are counted", arguments: [1, 1 << 16])
  func harbour(_ pieces: Int) throws {
    let found = try read(fixture("rclone/harbour.json"), PathListingReader(), pieces: pieces)
    #expect(
      found.rows.objects.map { "\($0.key.shown) \($0.size)" } == [
        "orders/50%.csv 0", "orders/a b.csv 9", "orders/a%20b.csv 2", "orders/a+b.csv 3",
        "orders/q\"'<>&.csv 1",
        "orders/sub/x 5", "orders/tab\\u{9}nl\\u{a}.csv 1", "orders/日本語.csv 11", "top 1",
      ])
    #expect(found.rows.folders == 2)
    #expect(found.rows.objects[0].lastModifiedAt?.iso8601 == "2026-11-27T20:07:05.000Z")
    let digest = try #require(found.rows.digests.first { $0.key == ObjectKey("orders/a b.csv") })
    #expect(digest.checksum.hex == "25f9e794323b453885f5181f1b624d0b" && digest.line == 3 && digest.size == 9)
    #expect(found.rows.digests.count == 9)
  }

  @Test(
    "keys that rclone can carry come through with their bytes, and those that nobody can tell are a problem")
  func hostile() throws {
    let text = String(decoding: try fixture("rclone/hostile.json"), as: UTF8.self)
    #expect(cause(text, PathListingReader())?.contains("aws s3api") == true)
    // A row a line.
    let rows = text.split(separator: "\n").filter { !$0.contains("．") }.joined(separator: "\n")
    let keys = try HostileKeys.all().filter { key in
      !key.bytes.split(separator: UInt8(ascii: "/")).contains { [[46], [46, 46]].contains(Array($0)) }
    }
    #expect(Set(try read(rows, PathListingReader()).objects.map(\.key)) == Set(keys))
  }

  static let names: [(path: String, key: String)] = [
    ("a␉b", "a\tb"), ("a‛␉b", "a␉b"), ("a‛‛b", "a‛b"), ("a‛b", "a‛b"), ("a‛", "a‛"), ("␡", "\u{7f}"),
    ("‛␡", "␡"), ("a／b", "a／b"), ("a．b", "a．b"), ("␠", "␠"), ("é", "é"),
  ]

  @Test("symbols stand for control characters unless they are quoted", arguments: names)
  func symbols(_ row: (path: String, key: String)) throws {
    let text = #"[{"Path":"\#(row.path)","Size":1,"IsDir":false}]"#
    #expect(try read(text, PathListingReader()).objects.map(\.key) == [ObjectKey(row.key)])
  }

  static let times = [
    "2026-11-27T20:07:05.123456789Z", "2026-11-28T04:07:05.123456789+08:00", "2026-11-27T15:37:05.123-04:30",
  ]

  @Test("a time is read in any zone", arguments: times)
  func zones(_ time: String) throws {
    let text = #"[{"Path":"a","Size":1,"ModTime":"\#(time)","IsDir":false}]"#
    #expect(
      try read(text, PathListingReader()).objects.map { $0.lastModifiedAt?.iso8601 } == [
        "2026-11-27T20:07:05.123Z"
      ])
  }

  static let bad: [(text: String, says: String)] = [
    ("", "no list"), ("{}", "no list"), ("1", "no list"), (#"["a"]"#, "no list"),
    (#"[{"Path":"a","Size":1}]"#, "IsDir"), (#"[{"IsDir":false,"Size":1}]"#, "Path"),
    (#"[{"Path":"a","Size":-1,"IsDir":false}]"#, "not known"),
    (#"[{"Path":"a","IsDir":false}]"#, "not known"),
    (#"[{"Path":"","Size":1,"IsDir":false}]"#, "empty"),
    (#"[{"Path":"a","Size":"1","IsDir":false}]"#, "Size"),
    (#"[{"Path":"a","Path":"b","Size":1,"IsDir":false}]"#, "twice"),
    (#"[{"Path":"a","Size":1,"IsDir":false,"Hashes":{"md5":"12"}}]"#, "32 hexadecimal"),
    (#"[{"Path":"a","Size":1,"IsDir":false}"#, "cut"), (#"[{"Path":"．．","Size":1,"IsDir":false}]"#, "dots"),
    (#"[{"Path":"x/．/y","Size":1,"IsDir":false}]"#, "dots"),
    (#"[{"Path":"a\ufffdb","Size":1,"IsDir":false}]"#, "could not be read"),
  ]

  @Test("what is no such list is a problem with its cause", arguments: bad)
  func eachBad(_ row: (text: String, says: String)) {
    #expect(
      cause(row.text, PathListingReader())?.contains(row.says) == true,
      "\(cause(row.text, PathListingReader()) ?? "none")")
  }

  @Test("several lists, one behind the other, and hashes of other names")
  func several() throws {
    let row =
      #"[{"Path":"a","Size":1,"IsDir":false,"Hashes":{"sha1":"\#(String(repeating: "0", count: 40))","quickxor":"x"}}]"#
    let rows = try read(row + "\n[]\n" + row, PathListingReader())
    #expect(rows.objects.count == 2 && rows.digests.map(\.checksum.algorithm) == [.sha1, .sha1])
  }
}
