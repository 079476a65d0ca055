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
  /// `x-amz-checksum-*` that the writer sent and that were found right.
  var checksums: [String: String] = [:]
  /// Of a multipart upload; empty otherwise.
  var partSizes: [Int64] = []
  /// Whether an archived object can be read for now.
  var isRestored = false
  /// The file with the bytes, beside the record.
  var dataFile: String

  var isArchived: Bool {
    ["GLACIER", "DEEP_ARCHIVE", "Archive", "ColdArchive", "DeepColdArchive"].contains(storageClass)
  }

  /// The name of the record's file: keys are never used as paths.
  static func fileName(_ key: [UInt8]) -> String { Checksum.of(key, .sha256).hex }
}

/// What a multipart upload was begun with.
struct UploadRecord: Codable, Sendable {
  var id: String
  var key: [UInt8]
  var startedAt: Int64
  var storageClass: String
  var headers: [[String]]
  var metadata: [[String]]
}

/// One part of an upload.
struct PartRecord: Codable, Sendable {
  var number: Int
  var size: Int64
  var md5: String
  var crc64xz: String
  var storedAt: Int64
  var dataFile: String
}
