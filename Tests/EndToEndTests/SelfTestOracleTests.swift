import Checksums
import Foundation
import StorageTesting
import Testing

@testable import tranship

/// The self-test's oracle says no where something is wrong; else its rows would show nothing.
@Suite("the oracle of the self-test")
struct SelfTestOracleTests {
  /// Two stores and a report by hand, in which everything is as it has to be.
  struct Scene {
    let folder: TemporaryFolder
    var status: Int32 = 0
    var expected = SelfTestRow.End.completed
    var methods: Set<String> = ["GET", "HEAD"]
    var fired: [(rule: String, count: Int)] = [("the source's rule 1", 1)]
    var storedTwice: [String] = []
    var askedElsewhere = 0
    var noticed = ["get: throttled"]
    var seconds = 2.0
    var occupied: [String: String] = [:]

    static let secret = "scene-secret-1f0b"
    static let objects = ["a/one": "1", "日本語/注文 1.csv": "注文"]

    init() throws {
      folder = try TemporaryFolder()
      for side in ["source", "destination"] {
        for place in ["objects", "uploads"] {
          try FileManager.default.createDirectory(
            atPath: "\(folder.path)/\(side)/\(place)", withIntermediateDirectories: true)
        }
        for (key, text) in Self.objects { try put(side, key, text) }
      }
      try FileManager.default.createDirectory(
        atPath: folder.path + "/report", withIntermediateDirectories: true)
      let keys = Self.objects.keys.sorted().map(Self.encoded)
      try list("total", keys.map { "s3://from\t\($0)\t1" })
      try list("completed", keys.map { "\($0)\t2026-01-01 00:00:00\t1" })
      try list("error", [])
      try list("skipped", [])
    }

    static func encoded(_ key: String) -> String {
      key.addingPercentEncoding(withAllowedCharacters: .urlPathAllowed) ?? key
    }

    func put(_ side: String, _ key: String, _ text: String) throws {
      let name = Checksum.of(Array(key.utf8), .sha256).hex
      let record = "{\"key\":\(Array(key.utf8)),\"dataFile\":\"\(name).data\",\"size\":1}"
      try write("\(side)/objects/\(name).json", record)
      try write("\(side)/objects/\(name).data", text)
    }

    func list(_ name: String, _ rows: [String]) throws {
      try write("report/job_\(name)_list", rows.map { $0 + "\n" }.joined())
    }

    func write(_ name: String, _ text: String) throws {
      try Data(text.utf8).write(to: URL(fileURLWithPath: "\(folder.path)/\(name)"))
    }

    /// The checks that are not as they have to be.
    func objections() throws -> [String] {
      let facts = SelfTestFacts(
        made: Self.objects.mapValues { Checksum.of(Array($0.utf8), .sha256).hex }, occupied: occupied,
        source: try StoredFiles(folder: folder.path + "/source"),
        destination: try StoredFiles(folder: folder.path + "/destination"),
        lists: try WrittenLists(folder: folder.path + "/report", job: "job"), status: status,
        methods: methods, fired: fired, noticed: noticed, storedTwice: storedTwice,
        askedElsewhere: askedElsewhere,
        leaks: try SecretSearch.files(in: folder.path, with: Self.secret), seconds: seconds)
      var oracle = SelfTestOracle(facts, expected)
      (oracle.noticed, oracle.atLeastSeconds) = (["get: throttled"], 1)
      return SelfTestOracle.objections(oracle).map(\.check)
    }
  }

  typealias Damage = @Sendable (inout Scene) throws -> Void

  static let damages: [(check: String, damage: Damage)] = [
    ("the bytes of a/one, which is completed", { try $0.put("destination", "a/one", "2") }),
    ("the destination's bytes of a/one", { try $0.put("destination", "a/one", "2") }),
    ("the destination's bytes of b", { try $0.put("destination", "b", "2") }),
    ("the source's bytes of a/one", { try $0.put("source", "a/one", "2") }),
    (
      "the bytes of a/one, which is completed",
      {
        let name = Checksum.of(Array("a/one".utf8), .sha256).hex
        let path = "\($0.folder.path)/destination/objects/\(name)"
        try FileManager.default.removeItem(atPath: path + ".json")
      }
    ),
    (
      "the bytes of a/one, which is completed",
      {
        let name = Checksum.of(Array("a/one".utf8), .sha256).hex
        for side in ["source", "destination"] {
          try FileManager.default.removeItem(atPath: "\($0.folder.path)/\(side)/objects/\(name).json")
        }
      }
    ),
    ("the destination's own bytes of a/one", { $0.occupied = ["a/one": "00"] }),
    ("the list of a/one", { try $0.list("completed", []) }),
    ("the list of a/one", { try $0.list("error", ["a/one\t\t\tdenied: no"]) }),
    ("the list of c", { try $0.list("skipped", ["s3://from\tc\t1\tno reason"]) }),
    ("the list of a/one", { ($0.expected, $0.status) = (.errors(["a/one": "denied"]), 1) }),
    ("keys of the total list", { try $0.list("total", ["s3://from\ta/one\t1"]) }),
    ("keys of the total list", { try $0.list("total", ["s3://from"]) }),
    ("lists", { try FileManager.default.removeItem(atPath: $0.folder.path + "/report") }),
    ("uploads left open", { try $0.write("destination/uploads/7.upload", "{}") }),
    ("exit status", { $0.status = 1 }),
    ("exit status", { $0.status = -9 }),
    ("requests to the source", { $0.methods.insert("PUT") }),
    ("the source's rule 1 fires", { $0.fired = [("the source's rule 1", 0)] }),
    ("noticed", { $0.noticed = [] }),
    ("keys stored twice", { $0.storedTwice = ["a/one"] }),
    ("requests to the host of a redirect", { $0.askedElsewhere = 1 }),
    ("files that hold the secret key", { try $0.write("report/objects.csv", "x\(Scene.secret)x") }),
    ("seconds, as Retry-After asks", { $0.seconds = 0.5 }),
  ]

  @Test("every kind of damage is seen under its name", arguments: damages.indices)
  func seen(_ index: Int) throws {
    var scene = try Scene()
    try Self.damages[index].damage(&scene)
    #expect(try scene.objections().contains(Self.damages[index].check), "\(index)")
  }

  @Test("nothing is said where everything is as it has to be")
  func silent() throws {
    #expect(try Scene().objections() == [])
  }
}
