import AuditLedger
import Checksums
import ObjectStorage

extension Checksum {
  /// The CRC-64/XZ of no bytes: a store that says that an object has none says this too.
  static let ofNothing = Checksum.of([UInt8](), .crc64xz)
  /// An ETag that is this one, of an object with bytes, is no MD5.
  static let md5OfNothing = Checksum.of([UInt8](), .md5)
}

extension ListedObject {
  /// Whether nothing shows that the row is of another kind than a plain object: the listed size and ETag of a link, of
  /// an object that was appended to, or of OSS's multipart uploads, need not be those of its bytes.
  var isPlain: Bool { objectType.map { $0 == "Normal" || $0.lowercased() == "normal" } ?? true }

  /// What the row says of a plain object's bytes, in the shape of a digest.
  var listedDigest: Checksum? {
    guard size > 0 else { return .ofNothing }
    guard let digest = eTag?.md5Shape ?? eTag?.multipartShape, digest != .md5OfNothing else { return nil }
    return digest
  }
}

extension ObjectAttributes {
  /// What the answer says of the object's bytes.
  var published: [Checksum] {
    let known = checksums + compositeChecksums
    return size == 0 && !known.contains(.ofNothing) ? known + [.ofNothing] : known
  }

  /// The same answer without what its ETag may say of the bytes.
  var withoutETagDigests: ObjectAttributes {
    var attributes = self
    // Stores publish an MD5 nowhere else.
    attributes.checksums.removeAll { $0.algorithm == .md5 }
    attributes.compositeChecksums.removeAll { $0.algorithm == .multipartETag }
    return attributes
  }
}
