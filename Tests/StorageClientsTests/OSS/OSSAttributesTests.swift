import Checksums
import ObjectStorage
import Testing

@testable import StorageClients

@Suite struct OSSAttributesTests {
  @Test(
    "an ETag is an MD5 only for plain objects",
    arguments: [
      ("Normal", "\"9E107D9D372BB6826BD81D3542A419D6\"", true),
      ("Normal", "\"0CC175B9C0F1B6A831C399E269772661-2\"", false),
      ("Multipart", "\"9E107D9D372BB6826BD81D3542A419D6\"", false),
      ("Appendable", "\"9E107D9D372BB6826BD81D3542A419D6\"", false),
      ("Symlink", "\"9E107D9D372BB6826BD81D3542A419D6\"", false),
      ("Normal", "null", false), (nil, "\"9E107D9D372BB6826BD81D3542A419D6\"", false),
    ])
  func eTags(type: String?, eTag: String, isMD5: Bool) {
    var fields = HTTPFields([("ETag", eTag)])
    if let type { fields.add("x-oss-object-type", type) }
    let found = OSSAttributes.read(fields, size: 1)
    #expect((found.checksum(.md5) != nil) == isMD5)
    #expect(found.objectType == type)
  }

  @Test(
    "the CRC is an unsigned decimal number",
    arguments: [
      ("11051210869376104954", "995dc9bbdf1939fa"), ("0", "0000000000000000"), ("", nil), ("-1", nil),
      ("0x995dc9bbdf1939fa", nil), ("99999999999999999999", nil),
    ])
  func crc(text: String, hex: String?) {
    let found = OSSAttributes.read(HTTPFields([("x-oss-hash-crc64ecma", text)]), size: 1)
    #expect(found.checksum(.crc64xz)?.hex == hex)
  }
}
