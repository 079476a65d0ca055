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
}
