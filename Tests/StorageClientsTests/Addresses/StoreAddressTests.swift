import ObjectStorage
import StorageClients
import Testing

@Suite struct StoreAddressTests {
  @Test(
    "addresses are read byte for byte",
    arguments: [
      ("s3://bucket", StoreLocation.Kind.s3, "bucket", ""),
      ("s3://bucket/", .s3, "bucket", ""),
      ("s3://my.bucket-1/a/b", .s3, "my.bucket-1", "a/b"),
      ("s3://bucket//a//b/../c", .s3, "bucket", "/a//b/../c"),
      ("s3://bucket/a%20b?c#d e+f", .s3, "bucket", "a%20b?c#d e+f"),
      ("s3://data--use1-az4--x-s3/x", .s3, "data--use1-az4--x-s3", "x"),
      ("oss://bucket/日本/", .oss, "bucket", "日本/"),
      ("file:///data/in put", .directory, "/data/in put", ""),
    ])
  func valid(text: String, kind: StoreLocation.Kind, bucket: String, prefix: String) throws {
    let address = try StoreAddress(parsing: text)
    #expect(address == StoreAddress(kind: kind, bucket: bucket, prefix: ObjectKey(prefix)))
  }

  @Test(
    "malformed addresses are refused with their cause",
    arguments: [
      ("bucket/prefix", "no scheme"), ("gs://bucket", "scheme gs"), ("s3:bucket", "no scheme"),
      ("s3://", "no bucket"), ("s3:///key", "no bucket"), ("s3://ab", "3 to 63"),
      ("s3://Bucket", "lower-case"), ("s3://user:pass@bucket", "lower-case"),
      ("s3://-bucket", "starts and ends"),
      ("s3://a..b", "two dots"), ("oss://my.bucket", "lower-case"), ("oss://bucket-", "starts and ends"),
      ("file://relative/dir", "absolute"), ("S3://bucket", "scheme S3"),
    ])
  func malformed(text: String, cause: String) throws {
    let error = try #require(throws: StorageError.self) { try StoreAddress(parsing: text) }
    #expect(error.code == .invalidRequest)
    #expect(error.message.contains(cause))
  }

  @Test(
    "endpoints are read",
    arguments: [
      ("https://s3.eu-west-1.amazonaws.com", "https://s3.eu-west-1.amazonaws.com"),
      ("https://Example.COM:443/", "https://example.com"), ("http://127.0.0.1:9000", "http://127.0.0.1:9000"),
      ("http://localhost", "http://localhost"), ("https://[::1]:8443", "https://[::1]:8443"),
      ("HTTPS://host:80", "https://host:80"),
    ])
  func endpoint(text: String, url: String) throws {
    #expect(try HTTPOrigin(endpoint: text).url == url)
  }

  @Test(
    "malformed endpoints are refused with their cause",
    arguments: [
      ("s3.amazonaws.com", "neither https"), ("ftp://host", "neither https"), ("https://", "host"),
      ("https://host:0", "port"), ("https://host:65536", "port"), ("https://host:", "port"),
      ("https://host:8x", "port"), ("https://host/bucket", "more than a host"),
      ("https://host?x", "more than"),
      ("https://key:secret@host", "credentials"), ("https://ho st", "host"), ("https://[::1", "host"),
      ("http://example.com", "plain http"), ("http://127.0.0.1.example.com", "plain http"),
    ])
  func malformedEndpoint(text: String, cause: String) throws {
    let error = try #require(throws: StorageError.self) { try HTTPOrigin(endpoint: text) }
    #expect(error.message.contains(cause))
    #expect(!error.message.contains("secret"))
  }

  @Test("plain http to another machine can be allowed")
  func plainHTTP() throws {
    let origin = try HTTPOrigin(endpoint: "http://minio.internal:9000", allowingPlainHTTP: true)
    #expect(origin == HTTPOrigin(scheme: .http, host: "minio.internal", port: 9000))
  }

  @Test(
    "a region names the vendor's endpoint",
    arguments: [
      (StoreLocation.Kind.s3, "eu-west-1", "https://s3.eu-west-1.amazonaws.com"),
      (.s3, "cn-north-1", "https://s3.cn-north-1.amazonaws.com.cn"),
      (.oss, "cn-hangzhou", "https://oss-cn-hangzhou.aliyuncs.com"),
      (.oss, "oss-ap-northeast-1", "https://oss-ap-northeast-1.aliyuncs.com"),
    ])
  func region(kind: StoreLocation.Kind, region: String, url: String) {
    #expect(HTTPOrigin(region: region, of: kind)?.url == url)
  }

  @Test("what is no region names no host", arguments: ["", "evil.example/", "a.b", "x@y"])
  func noRegion(_ region: String) {
    #expect(HTTPOrigin(region: region, of: .s3) == nil)
  }
}
