import Checksums
import ObjectStorage

/// The documents of S3.
enum S3Documents {
  static func completed(_ document: [UInt8], fields: HTTPFields) throws(StorageError) -> WriteReceipt {
    let values = try StoreDocuments.values(of: document, root: "CompleteMultipartUploadResult")
    guard let eTag = values["ETag"], !eTag.isEmpty else { throw StoreDocuments.missing("ETag") }
    var checksums: [Checksum] = []
    if values["ChecksumType"] == "FULL_OBJECT" {
      for (name, algorithm) in checksumNames {
        if let text = values[name], let checksum = Checksum(algorithm, base64: text) {
          checksums.append(checksum)
        }
      }
    }
    return WriteReceipt(
      eTag: ETag(eTag), versionID: fields["x-amz-version-id"], checksums: checksums,
      requestID: S3Attributes.requestID(fields))
  }

  static func restore(days: Int) -> [UInt8] {
    Array(
      "<RestoreRequest><Days>\(days)</Days><GlacierJobParameters><Tier>Standard</Tier></GlacierJobParameters></RestoreRequest>"
        .utf8)
  }

  private static let checksumNames: [(name: String, algorithm: ChecksumAlgorithm)] = [
    ("ChecksumCRC64NVME", .crc64nvme), ("ChecksumCRC32C", .crc32c), ("ChecksumCRC32", .crc32),
    ("ChecksumSHA256", .sha256), ("ChecksumSHA1", .sha1),
  ]
}
