import ObjectStorage
import Testing

@testable import StorageClients

@Suite struct MetadataFieldsTests {
  @Test("metadata survives the way through header fields")
  func roundTrip() {
    let metadata = ObjectMetadata(
      contentType: "text/plain; charset=utf-8", cacheControl: "no-cache", contentDisposition: "attachment",
      contentEncoding: "gzip", contentLanguage: "ja", expires: "Thu, 01 Jan 1970 00:00:00 GMT",
      user: [.init(name: "a", value: "1"), .init(name: "b", value: "=?UTF-8?Q?=E6?=")])
    var fields = HTTPFields()
    MetadataFields.write(metadata, prefix: "x-amz-meta-", into: &fields)
    #expect(MetadataFields.read(fields, prefix: "x-amz-meta-") == metadata)
  }

  @Test("a name that comes again is one entry with all its values")
  func again() {
    var fields = HTTPFields()
    for (name, value) in [("x-amz-meta-Twin", "one"), ("x-amz-meta-other", "2"), ("X-Amz-Meta-twin", "two")] {
      fields.add(name, value)
    }
    let user = MetadataFields.read(fields, prefix: "x-amz-meta-").user
    #expect(user == [.init(name: "other", value: "2"), .init(name: "twin", value: "one,two")])
  }
}
