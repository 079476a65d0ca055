import Checksums

/// The checksums that S3 says of an object, told apart by what they were computed over.
struct S3Checksums {
  /// A checksum's field in a header and its element in a document.
  static let names: [(field: String, element: String, algorithm: ChecksumAlgorithm)] = [
    ("x-amz-checksum-crc64nvme", "ChecksumCRC64NVME", .crc64nvme),
    ("x-amz-checksum-crc32c", "ChecksumCRC32C", .crc32c), ("x-amz-checksum-crc32", "ChecksumCRC32", .crc32),
    ("x-amz-checksum-sha256", "ChecksumSHA256", .sha256), ("x-amz-checksum-sha1", "ChecksumSHA1", .sha1),
  ]

  /// Over the bytes of the object.
  private(set) var whole: [Checksum] = []
  /// Over the digests of its parts.
  private(set) var composite: [Checksum] = []

  /// Takes values in Base64, the type that stands beside them, and the number of parts where it is known.
  ///
  /// A value that may be either is neither.
  init(type: String?, partCount: Int?, value: (_ field: String, _ element: String) -> String?) {
    let type = type?.uppercased()
    for (field, element, algorithm) in Self.names {
      guard let text = value(field, element) else { continue }
      if let checksum = Self.suffixed(algorithm, text) {
        let isBelieved = type != "FULL_OBJECT" && (partCount ?? checksum.partCount) == checksum.partCount
        if isBelieved { composite.append(checksum) }
      } else if Self.isWhole(algorithm, type, partCount) {
        if let checksum = Checksum(algorithm, base64: text) { whole.append(checksum) }
      } else if type == "COMPOSITE", let partCount {
        if let checksum = Checksum(algorithm, base64: text, partCount: partCount) {
          composite.append(checksum)
        }
      }
    }
  }

  /// `base64-N`, which stands for nothing but a value over N parts.
  private static func suffixed(_ algorithm: ChecksumAlgorithm, _ text: String) -> Checksum? {
    let pieces = text.split(separator: "-", omittingEmptySubsequences: false)
    guard pieces.count == 2, pieces[1].utf8.allSatisfy({ (48...57).contains($0) }),
      let count = Int(pieces[1]), (1...10_000).contains(count)
    else { return nil }
    return Checksum(algorithm, base64: pieces[0], partCount: count)
  }

  /// Without a type, what was uploaded in parts may have been computed over them, but for CRC-64/NVME.
  private static func isWhole(_ algorithm: ChecksumAlgorithm, _ type: String?, _ partCount: Int?) -> Bool {
    type.map { $0 == "FULL_OBJECT" } ?? (partCount == nil || algorithm == .crc64nvme)
  }
}
