import Checksums
import Foundation

extension Operations {
  /// Puts other bytes in an object's place, as somebody else's PutObject would.
  func overwrite(_ object: StoredObject, _ files: BucketFiles, grows: Bool) throws {
    let old = try Data(contentsOf: URL(fileURLWithPath: files.path(object)))
    let bytes = grows ? Array(old) + Array("more".utf8) : old.map { ~$0 }
    let path = files.incomingPath()
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    var changed = object
    let tag = Checksum.of(bytes, .md5).hex
    changed.size = Int64(bytes.count)
    changed.eTag = dialect == .s3 ? tag : tag.uppercased()
    changed.crc64xz = Checksum.of(bytes, .crc64xz).text
    changed.lastModified = Instant.now()
    changed.type = "Normal"
    changed.checksum = nil
    changed.parts = []
    changed.encryption = nil
    _ = try files.publish(changed, from: path, ifAbsent: false)
  }

  /// The bytes of an object, whole.
  func bytes(of key: [UInt8], in bucket: String?) throws -> [UInt8] {
    let files = try self.bucket(bucket)
    guard let object = files.object(key) else { throw ServerError.noSuchKey }
    return Array(try Data(contentsOf: URL(fileURLWithPath: files.path(object))))
  }
}
