import Inventory
import ObjectStorage
import StorageClients
import StorageTesting
import Testing

@testable import Migration

@Suite("what cannot land at a destination as it is")
struct PreflightTests {
  /// Goes over objects in the order of their keys.
  static func preflight(
    _ objects: [ListedObject], _ kind: StoreLocation.Kind, from source: StoreLocation.Kind = .s3
  ) throws -> Preflight {
    var preflight = Preflight(try #require(Landing(anywhereIn: kind)), from: source)
    for object in objects.sorted(by: { $0.key < $1.key }) { preflight.add(object) }
    preflight.finish()
    // Every object is settled once, on one side or the other, and costs something where it lands.
    #expect(preflight.cost.objects == preflight.landable)
    #expect(preflight.landable.objects + preflight.refused.objects == Int64(objects.count))
    return preflight
  }

  static func object(
    _ key: String, size: Int64 = 1, tag: String? = "0123456789abcdef0123456789abcdef",
    storageClass: String? = nil, type: String? = nil
  ) -> ListedObject {
    ListedObject(
      key: ObjectKey(key), size: size, eTag: tag.map { ETag($0) }, storageClass: storageClass,
      objectType: type)
  }

  /// An object and why it cannot land in each kind of store.
  struct Row: Sendable {
    var object: ListedObject
    var s3: String?
    var oss: String?
    var file: String?
    var source = StoreLocation.Kind.s3

    init(
      _ object: ListedObject, s3: String? = nil, oss: String? = nil, file: String? = nil,
      from source: StoreLocation.Kind = .s3
    ) {
      self.object = object
      self.s3 = s3
      self.oss = oss
      self.file = file
      self.source = source
    }
  }

  static let rows: [Row] = [
    Row(object("a")),
    Row(object(""), s3: "key-empty", oss: "key-empty", file: "key-empty"),
    Row(object(String(repeating: "k/", count: 511) + "k"), s3: nil, oss: nil, file: nil),
    Row(object(String(repeating: "k/", count: 511) + "kk"), oss: "key-too-long"),
    Row(object(String(repeating: "k/", count: 512) + "k"), s3: "key-too-long", oss: "key-too-long"),
    Row(
      object(String(repeating: "k/", count: 2048)), s3: "key-too-long", oss: "key-too-long",
      file: "key-too-long"),
    Row(object("/a"), oss: "key-leading-slash", file: "key-leading-slash"),
    Row(object("\\a"), oss: "key-leading-backslash"),
    Row(object("a\0b"), s3: "key-zero-byte", oss: "key-zero-byte", file: "key-zero-byte"),
    Row(
      ListedObject(key: ObjectKey(bytes: [0x61, 0xff]), size: 1), s3: "key-not-utf8", oss: "key-not-utf8"),
    Row(object("a//b"), file: "path-empty-segment"),
    Row(object("a/./b"), file: "path-dot-segment"),
    Row(object("a/../b"), file: "path-parent-segment"),
    Row(object(String(repeating: "n", count: 255))),
    Row(object(String(repeating: "n", count: 256)), file: "path-long-segment"),
    Row(object(".tranship-incomplete/x"), file: "path-reserved-folder"),
    Row(object("large", size: 48_800_000_000_000)),
    Row(object("larger", size: 48_800_000_000_001), s3: "object-too-large", oss: "object-too-large"),
    Row(object("folder/", size: 0)),
    Row(object("folder/", size: 1), file: "folder-with-bytes"),
    Row(object("g", storageClass: "GLACIER"), s3: "archived", oss: "archived", file: "archived"),
    Row(object("g", storageClass: "GLACIER_IR")),
    Row(
      object("o", storageClass: "ColdArchive"), s3: "archived", oss: "archived", file: "archived", from: .oss),
    Row(object("t", storageClass: "INTELLIGENT_TIERING")),
    Row(
      object("link", type: "Symlink"), s3: "not-a-file", oss: "not-a-file", file: "not-a-file",
      from: .directory),
    Row(object("link", type: "Symlink"), from: .oss),
  ]

  @Test("every reason, for every kind of destination", arguments: rows)
  func reasons(_ row: Row) throws {
    for (kind, reason) in [(StoreLocation.Kind.s3, row.s3), (.oss, row.oss), (.directory, row.file)] {
      let found = try Self.preflight([row.object], kind, from: row.source)
      #expect(found.refusals.keys.map(\.word) == [reason].compactMap(\.self), "\(kind)")
      #expect(found.refused.objects == (reason == nil ? 0 : 1))
      #expect(found.refusals.values.first?.examples.map(\.key) == reason.map { _ in [row.object.key] })
    }
  }

  @Test("hostile keys are refused exactly where the vectors say that a store refuses them")
  func hostile() throws {
    struct Hostile: Decodable {
      struct Vector: Decodable {
        var key: String
        var s3_valid: Bool
        var oss_valid: Bool
        var local: String
      }
      var vectors: [Vector]
    }
    for vector in try Fixtures.decode(Hostile.self, "hostile_keys.json").vectors {
      // A marker with bytes would be refused for these.
      let object = Self.object(vector.key, size: 0)
      #expect(try Self.preflight([object], .s3).refused.objects == (vector.s3_valid ? 0 : 1), "\(vector.key)")
      #expect(
        try Self.preflight([object], .oss).refused.objects == (vector.oss_valid ? 0 : 1), "\(vector.key)")
      #expect(
        try Self.preflight([object], .directory).refused.objects
          == (vector.local.hasPrefix("error") ? 1 : 0), "\(vector.key)")
    }
  }

  @Test("an object counts for every reason that it has, and once as refused")
  func several() throws {
    let found = try Self.preflight(
      [Self.object("/a", size: 48_800_000_000_001, storageClass: "GLACIER"), Self.object("b", size: 5)], .oss)
    #expect(
      Set(found.refusals.keys.map(\.word)) == ["key-leading-slash", "object-too-large", "archived"])
    #expect(found.refused.objects == 1 && found.landable.bytes == 5)
  }

  @Test("a file beside a folder of its name cannot land in a directory, and is settled once")
  func branches() throws {
    let keys = ["c", "c!", "c//x", "c/x", "d", "d//x", "e", "e/"]
    let objects = keys.map { Self.object($0, size: 0, storageClass: $0 == "c" ? "GLACIER" : nil) }
    let found = try Self.preflight(objects, .directory)
    // What is refused for its own key will be below nothing.
    #expect(
      found.refusals[.fileBesideFolder]?.examples.map(\.key) == [ObjectKey("c"), ObjectKey("e")])
    #expect(found.refusals[.key(.emptySegment)]?.objects == 2)
    #expect(found.refusals[.archived]?.objects == 1)
    #expect(found.refused.objects == 4)
    #expect(try Self.preflight(objects, .oss).refusals[.fileBesideFolder] == nil)
  }

  @Test("the destination's key is what counts, behind its prefix")
  func mapping() throws {
    let key = ObjectKey(String(repeating: "k", count: 1020))
    for (destination, source, refused) in [
      ("oss://shop-sh/x/", "", 0), ("oss://shop-sh/xx/y/", "", 1), ("oss://shop-sh/xx/yy/", "kkkkkk", 0),
    ] {
      let address = try StoreAddress(parsing: destination)
      var found = Preflight(try #require(Landing(at: address, from: ObjectKey(source))), from: .s3)
      found.add(ListedObject(key: key, size: 1))
      #expect(found.refused.objects == refused, "\(destination)")
    }
    // What follows the source's prefix starts with a slash.
    let address = try StoreAddress(parsing: "oss://shop-sh")
    var found = Preflight(try #require(Landing(at: address, from: ObjectKey("2024"))), from: .s3)
    found.add(ListedObject(key: ObjectKey("2024/a"), size: 1))
    #expect(found.refusals.keys.map(\.word) == ["key-leading-slash"])
  }

  @Test(
    "warnings are of objects that land",
    arguments: [
      (object("a"), []), (object("a", tag: "0123456789abcdef0123456789abcdef-3"), ["multipart-etag"]),
      (object("a", tag: nil), ["no-digest"]), (object("a", tag: "f12-34"), ["no-digest"]),
      (object("a", storageClass: "STANDARD_IA"), ["storage-class-not-carried"]),
      (object("a", storageClass: "STANDARD"), []),
      (
        object("a", storageClass: "INTELLIGENT_TIERING"), ["maybe-archived", "storage-class-not-carried"]
      ),
      (object("a", tag: nil, storageClass: "GLACIER"), []), (object("a//b"), ["empty-segment"]),
      (object("a/"), []), (object("a/b/"), []), (object("a/./b"), ["dot-segment"]),
      (object("a/.."), ["dot-segment"]), (object("a/...//b"), ["empty-segment"]), (object(".hidden"), []),
      (object("/a", tag: nil), []),
    ])
  func warnings(_ object: ListedObject, _ expected: [String]) throws {
    let found = try Self.preflight([object], .oss)
    #expect(found.warnings.keys.map(\.rawValue).sorted() == expected)
  }

  @Test("a link of OSS and twins in a directory are warned of")
  func moreWarnings() throws {
    let link = Self.object("a", type: "Symlink")
    #expect(try Self.preflight([link], .s3, from: .oss).warnings[.symbolicLink]?.objects == 1)
    let twins = [Self.object("A"), Self.object("a"), Self.object("b")]
    let found = try Self.preflight(twins, .directory)
    #expect(found.warnings[.twinName]?.examples.map(\.key) == [ObjectKey("a")])
    #expect(found.refused.objects == 0)
    #expect(try Self.preflight(twins, .oss).warnings[.twinName] == nil)
  }

  @Test("five examples are kept of thousands, and all are counted")
  func examples() throws {
    let objects = (0..<3000).map { Self.object("/\($0)", size: .max / 2) }
    let notes = try #require(try Self.preflight(objects, .oss).refusals[.key(.leadingSlash)])
    #expect(notes.objects == 3000 && notes.examples.count == 5 && notes.bytes == .max)
    #expect(notes.examples[0].detail == "the key starts with /, which OSS does not take")
  }
}
