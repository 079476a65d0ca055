import Checksums
import Foundation

/// What a server keeps of an object beside its bytes.
struct StoredObject: Codable, Sendable {
  var key: [UInt8]
  var size: Int64
  /// Without quotes, in the dialect's case.
  var eTag: String
  var crc64xz: String
  /// Seconds since the epoch.
  var lastModified: Int64
  var storageClass: String
  /// OSS's `Normal` or `Multipart`.
  var type: String
  /// Content headers as they came: name and value.
  var headers: [[String]]
  /// User metadata: lower-case name without the vendor's prefix, and value.
  var metadata: [[String]]
  /// What the writer sent and was found right, or what the store computed.
  var checksum: KeptChecksum?
  /// Of a multipart upload, in their order; empty otherwise.
  var parts: [ObjectPart] = []
  /// Nil where nothing is told of it.
  var encryption: Encryption?
  /// Names and values.
  var tags: [[String]] = []
  /// Nil for what was stored while its bucket kept no versions.
  var versionID: String?
  /// Which version of a key is the later one.
  var sequence: Int64?
  /// True for a mark, which has no bytes.
  var isDeleteMarker: Bool?
  /// Whether an archived object can be read for now.
  var isRestored = false
  /// Whether a restore was asked for and has not ended.
  var isRestoring: Bool?
  /// The file with the bytes, beside the record.
  var dataFile: String

  var isArchived: Bool {
    ["GLACIER", "DEEP_ARCHIVE", "Archive", "ColdArchive", "DeepColdArchive"].contains(storageClass)
  }

  /// The version's name on the wire.
  var versionName: String { versionID ?? "null" }

  /// The name of the record's file.
  var recordName: String { Self.fileName(key) + (versionID.map { "-\($0)" } ?? "") + ".json" }

  /// A mark that the key's object is deleted.
  static func deleteMarker(_ key: [UInt8], at time: Int64) -> StoredObject {
    StoredObject(
      key: key, size: 0, eTag: "", crc64xz: "", lastModified: time, storageClass: "", type: "", headers: [],
      metadata: [], isDeleteMarker: true, dataFile: "")
  }

  /// The start of the names of files: keys are never used as paths.
  static func fileName(_ key: [UInt8]) -> String { Checksum.of(key, .sha256).hex }
}

/// A part that an object was made of.
struct ObjectPart: Codable, Sendable {
  var size: Int64
  /// Where the client asked for one.
  var checksum: KeptChecksum?
}

/// What a multipart upload was begun with.
struct UploadRecord: Codable, Sendable {
  var id: String
  var key: [UInt8]
  var startedAt: Int64
  var storageClass: String
  var headers: [[String]]
  var metadata: [[String]]
  /// Nil where parts and object have no sum.
  var checksum: UploadChecksum?
  var encryption: Encryption?
  var tags: [[String]] = []
}

/// One part of an upload.
struct PartRecord: Codable, Sendable {
  var number: Int
  var size: Int64
  /// Without quotes, in lower case.
  var eTag: String
  var crc64xz: String
  /// With the algorithm of the upload.
  var checksum: KeptChecksum?
  var storedAt: Int64
  var dataFile: String
}
