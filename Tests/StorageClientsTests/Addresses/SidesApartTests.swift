import Foundation
import ObjectStorage
import StorageClients
import Testing

/// Two places, and whether objects of one can be objects of the other.
struct TwoSides: Sendable, CustomTestStringConvertible {
  var testDescription: String
  var source: StoreLocation
  var sourcePrefix = ""
  var destination: StoreLocation
  var destinationPrefix = ""
  var areApart: Bool
}

private func bucket(
  _ name: String, _ endpoint: String = "https://one.example", _ kind: StoreLocation.Kind = .s3,
  region: String = "r"
) -> StoreLocation {
  StoreLocation(kind: kind, bucket: name, endpoint: endpoint, region: region)
}

@Suite("source and destination lie apart")
struct SidesApartTests {
  static let table = [
    TwoSides(testDescription: "one bucket", source: bucket("a"), destination: bucket("a"), areApart: false),
    TwoSides(
      testDescription: "one bucket under two names of its region", source: bucket("a"),
      destination: bucket("a", region: "s"), areApart: false),
    TwoSides(
      testDescription: "one bucket through two protocols", source: bucket("a"),
      destination: bucket("a", "https://one.example", .oss), areApart: false),
    TwoSides(testDescription: "two buckets", source: bucket("a"), destination: bucket("b"), areApart: true),
    TwoSides(
      testDescription: "two endpoints", source: bucket("a"), destination: bucket("a", "https://two.example"),
      areApart: true),
    TwoSides(
      testDescription: "one prefix", source: bucket("a"), sourcePrefix: "x/", destination: bucket("a"),
      destinationPrefix: "x/", areApart: false),
    TwoSides(
      testDescription: "the destination inside the source", source: bucket("a"), sourcePrefix: "x/",
      destination: bucket("a"), destinationPrefix: "x/y/", areApart: false),
    TwoSides(
      testDescription: "the source inside the destination", source: bucket("a"), sourcePrefix: "x/y/",
      destination: bucket("a"), areApart: false),
    TwoSides(
      testDescription: "a prefix that begins like the other", source: bucket("a"), sourcePrefix: "x",
      destination: bucket("a"), destinationPrefix: "x-copy", areApart: false),
    TwoSides(
      testDescription: "two prefixes", source: bucket("a"), sourcePrefix: "x/", destination: bucket("a"),
      destinationPrefix: "x-copy/", areApart: true),
    TwoSides(
      testDescription: "a bucket and a directory of its name", source: bucket("/a", ""),
      destination: bucket("/a", "", .directory), areApart: true),
  ]

  private func isRefused(_ sides: TwoSides) -> StorageError? {
    do {
      try requireApart(
        source: sides.source, ObjectKey(sides.sourcePrefix), destination: sides.destination,
        ObjectKey(sides.destinationPrefix))
      return nil
    } catch {
      return error
    }
  }

  @Test("buckets are told apart by endpoint, name and prefix", arguments: table)
  func buckets(_ sides: TwoSides) {
    let refusal = isRefused(sides)
    #expect((refusal == nil) == sides.areApart)
    if let refusal {
      #expect(refusal.code == .invalidRequest)
      #expect(refusal.message.contains("s3://a/") && refusal.message.contains("--destination-endpoint"))
    }
  }

  @Test("directories are told apart by their real paths")
  func directories() throws {
    let root = FileManager.default.temporaryDirectory.appendingPathComponent("apart-\(UUID().uuidString)")
      .path
    defer { try? FileManager.default.removeItem(atPath: root) }
    for name in ["data/inner", "data-copy"] {
      try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
    }
    try FileManager.default.createSymbolicLink(atPath: "\(root)/link", withDestinationPath: "\(root)/data")
    for (one, other, areApart) in [
      ("data", "data", false), ("data", "data/", false), ("data", "link", false),
      ("link", "data/inner", false),
      ("data/inner", "data", false), ("data", "data-copy/../data/./inner", false),
      ("data", "data-copy", true),
      ("data/inner", "data-copy", true),
    ] {
      let sides = TwoSides(
        testDescription: "", source: StoreLocation(kind: .directory, bucket: "\(root)/\(one)"),
        destination: StoreLocation(kind: .directory, bucket: "\(root)/\(other)"), areApart: areApart)
      #expect((isRefused(sides) == nil) == areApart, "\(one) and \(other)")
    }
  }
}
