import Checksums
import Foundation

/// What an embedded store keeps of a bucket, read from its files and not through it.
struct StoredFiles {
  /// The SHA-256 of every object's bytes, in hexadecimal, by key.
  let digests: [String: String]
  /// Uploads that were neither completed nor dropped.
  let openUploads: Int

  private struct Record: Decodable {
    var key: [UInt8]
    var dataFile: String
    var isDeleteMarker: Bool?
  }

  /// `folder` holds the bucket's objects and uploads.
  init(folder: String) throws {
    let files = FileManager.default
    var digests: [String: String] = [:]
    for name in try files.contentsOfDirectory(atPath: folder + "/objects") where name.hasSuffix(".json") {
      let record = try JSONDecoder().decode(Record.self, from: Self.bytes("\(folder)/objects/\(name)"))
      guard record.isDeleteMarker != true else { continue }
      let bytes = try Self.bytes("\(folder)/objects/\(record.dataFile)")
      digests[String(decoding: record.key, as: UTF8.self)] = Checksum.of(Array(bytes), .sha256).hex
    }
    self.digests = digests
    openUploads = try files.contentsOfDirectory(atPath: folder + "/uploads")
      .count { $0.hasSuffix(".upload") }
  }

  private static func bytes(_ path: String) throws -> Data {
    try Data(contentsOf: URL(fileURLWithPath: path))
  }
}
