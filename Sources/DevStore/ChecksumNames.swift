import Checksums

/// The five checksums of S3, by their several spellings.
struct ChecksumName: Sendable {
  /// As in `x-amz-checksum-crc32`.
  let field: String
  /// As in `<ChecksumCRC32>`.
  let element: String
  let algorithm: ChecksumAlgorithm

  static let all = [
    ChecksumName(field: "x-amz-checksum-crc32", element: "ChecksumCRC32", algorithm: .crc32),
    ChecksumName(field: "x-amz-checksum-crc32c", element: "ChecksumCRC32C", algorithm: .crc32c),
    ChecksumName(field: "x-amz-checksum-crc64nvme", element: "ChecksumCRC64NVME", algorithm: .crc64nvme),
    ChecksumName(field: "x-amz-checksum-sha1", element: "ChecksumSHA1", algorithm: .sha1),
    ChecksumName(field: "x-amz-checksum-sha256", element: "ChecksumSHA256", algorithm: .sha256),
  ]

  static func of(_ algorithm: ChecksumAlgorithm) -> ChecksumName? { all.first { $0.algorithm == algorithm } }

  /// From the value of `x-amz-checksum-algorithm`, such as `CRC32`.
  static func named(_ text: String) throws -> ChecksumName {
    guard let name = all.first(where: { $0.element == "Checksum\(text.uppercased())" }) else {
      throw ServerError.invalidRequest("Checksum algorithm provided is unsupported.")
    }
    return name
  }
}

/// A checksum that is kept with an object.
struct KeptChecksum: Codable, Sendable {
  var algorithm: ChecksumAlgorithm
  /// Base64; a composite one without its `-N`.
  var value: String
  var isComposite = false
}

/// With which algorithm the parts of an upload are summed, and how the object's sum follows.
struct UploadChecksum: Codable, Sendable {
  var algorithm: ChecksumAlgorithm
  var isComposite: Bool
  /// Whether the client asked for it; otherwise it is what the store does by itself.
  var isAsked = true

  var type: String { isComposite ? "COMPOSITE" : "FULL_OBJECT" }

  /// SHA digests of parts cannot be combined, and CRC-64/NVME is never composite.
  init(_ name: ChecksumName, type: String?) throws {
    algorithm = name.algorithm
    switch type?.uppercased() {
    case nil: isComposite = algorithm != .crc64nvme
    case "COMPOSITE": isComposite = true
    case "FULL_OBJECT": isComposite = false
    default: throw ServerError.invalidRequest("Value for x-amz-checksum-type header is invalid.")
    }
    let isImpossible = isComposite ? algorithm == .crc64nvme : [.sha1, .sha256].contains(algorithm)
    guard !isImpossible else {
      throw ServerError.invalidRequest(
        "The \(self.type) checksum type cannot be used with this checksum algorithm.")
    }
  }

  private init(storesOwn algorithm: ChecksumAlgorithm) {
    self.algorithm = algorithm
    isComposite = false
    isAsked = false
  }

  /// What Amazon adds where the client asked for nothing.
  static let storesOwn = UploadChecksum(storesOwn: .crc64nvme)

  /// The sum of an object from the sums and sizes of its parts, in their order.
  func sum(_ parts: [(sum: Checksum, size: Int64)]) -> KeptChecksum? {
    if isComposite {
      return KeptChecksum(
        algorithm: algorithm, value: Checksum.of(parts.flatMap(\.sum.bytes), algorithm).base64,
        isComposite: true)
    }
    guard let first = parts.first else { return nil }
    var whole = first.sum
    for part in parts.dropFirst() {
      guard let next = whole.combined(with: part.sum, secondLength: part.size) else { return nil }
      whole = next
    }
    return KeptChecksum(algorithm: algorithm, value: whole.base64)
  }
}
