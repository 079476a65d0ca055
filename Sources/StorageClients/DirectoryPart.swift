import Checksums
import ObjectStorage

/// A part of an upload as a file whose name says number, MD5 and CRC-64/XZ.
struct DirectoryPart: Sendable {
  static let prefix = Array("part-".utf8)

  let name: [UInt8]
  let stored: StoredPart
  let crc64xz: Checksum

  init(number: Int, _ digests: DirectoryDigests) {
    name = Self.prefix + Array("\(number)-\(digests.md5.hex)-\(digests.crc64xz.hex)".utf8)
    stored = StoredPart(
      number: number, size: digests.size, eTag: ETag(digests.md5.hex), checksums: digests.all)
    crc64xz = digests.crc64xz
  }

  /// Nil for a name that is not a part's.
  init?(name: [UInt8], size: Int64) {
    let fields = String(decoding: name, as: UTF8.self).split(separator: "-")
    guard fields.count == 4, let number = Int(fields[1]), (1...10_000).contains(number),
      let md5 = Checksum(.md5, hex: fields[2]), let crc64xz = Checksum(.crc64xz, hex: fields[3])
    else { return nil }
    self.init(number: number, DirectoryDigests(size: size, md5: md5, crc64xz: crc64xz))
  }
}
