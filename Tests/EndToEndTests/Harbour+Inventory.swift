import DevStore
import Foundation
import StorageTesting
import Testing

extension Harbour {
  /// What `tranship inventory --json` prints, as far as the tests look at it.
  struct Inventory: Decodable {
    struct Versions: Decodable {
      var versioning: String?
      var older, deleteMarks: Int?
    }
    struct Listing: Decodable {
      var complete: Bool
      var ordered: Bool?
      var requests: Int?
      var noLongerNamed: Int
      var versions: Versions
    }
    struct Share: Decodable {
      var objects, bytes: Int
    }
    struct Prefix: Decodable {
      var prefix: String
      var objects, bytes: Int
    }
    struct Prefixes: Decodable {
      var count: Int
      var largest: [Prefix]
    }
    struct Dated: Decodable { var key: String }
    struct ETags: Decodable { var md5, multipart, other, none, parts: Int }
    struct Keys: Decodable {
      var longest: String?
      var slashMarkers: Int
    }
    struct Change: Decodable {
      var count: Int
      var examples: [String]
    }
    struct Example: Decodable { var key, detail: String }
    struct Finding: Decodable {
      var reason: String
      var objects: Int
      var examples: [Example]
    }
    struct Preflight: Decodable {
      var landable, refused: Share
      var refusals, warnings: [Finding]
    }
    struct Requests: Decodable {
      var list, get, rangedGet, head, put, createUpload, uploadPart, completeUpload, probe, all: Int
    }
    struct Largest: Decodable {
      var key: String
      var parts: Int
    }
    struct Cost: Decodable {
      var bytes, requests: Int
      var source, destination: Requests
      var largest: Largest?
      var secondsForBytes, seconds: Double?
    }

    var objects, bytes: Int
    var listing: Listing
    var storageClasses, sizes: [Share]
    var prefixes: Prefixes
    var oldest, newest: Dated?
    var eTags: ETags
    var keys: Keys
    var relisting: [String: Change]?
    var preflight: Preflight?
    var cost: Cost?
  }

  /// What boto3 counts.
  struct Counted: Decodable {
    var objects, bytes, markers: Int
    var storageClasses, sizes, folders: [String: [Int]]
    var tags: [String: Int]
    var oldest, newest, longest: String
  }

  func command(_ address: String, _ options: [String], ledger: String) async throws -> Finished {
    try await Tranship.command(
      ["inventory", address, "--source-endpoint", s3.endpoint, "--ledger", "\(folder.path)/\(ledger)"]
        + options, environment: environment, in: folder
    ).run()
  }

  func inventory(_ address: String, _ options: [String], ledger: String) async throws -> Inventory {
    let said = try await command(address, options + ["--json"], ledger: ledger)
    try #require(said.status == 0, "\(said.stderr)")
    return try JSONDecoder().decode(Inventory.self, from: Data(said.stdout.utf8))
  }

  func counted(_ prefix: String, _ depth: Int) async throws -> Counted {
    let said = try await Subprocess.script(
      "count_s3.py", [s3.endpoint, "from", prefix, "\(depth)"], environment: environment, in: folder
    ).run()
    try #require(said.status == 0, "\(said.stderr)")
    return try JSONDecoder().decode(Counted.self, from: Data(said.stdout.utf8))
  }

  /// Puts the hostile keys; tells for each, percent-encoded, whether it was taken.
  func hostile(_ dialect: String, _ endpoint: String, _ bucket: String) async throws -> [String: Bool] {
    let said = try await Subprocess.script(
      "hostile.py", [dialect, endpoint, bucket], environment: environment, in: folder
    ).run()
    try #require(said.status == 0, "\(said.stderr)")
    return try JSONDecoder().decode([String: Bool].self, from: Data(said.stdout.utf8))
  }
}
