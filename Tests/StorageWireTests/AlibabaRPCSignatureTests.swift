import ObjectStorage
import StorageWire
import Testing

@Suite struct AlibabaRPCSignatureTests {
  /// The example of the vendor's page on the signature of its token service (document 28761).
  @Test("the published example of AssumeRole is signed as published")
  func published() {
    let signature = AlibabaRPCSignature(Credentials(accessKeyID: "testid", secretAccessKey: "testsecret"))
    let own: [(name: String, value: String?)] = [
      ("Action", "AssumeRole"), ("Format", "JSON"), ("RoleArn", "acs:ram::1234567890123:role/firstrole"),
      ("RoleSessionName", "client"), ("Version", "2015-04-01"),
    ]
    let common = signature.parameters(
      nonce: "571f8fb8-506e-11e5-8e12-b8e8563dc8d2",
      at: Timestamp(millisecondsSinceEpoch: 1_441_087_054_999))
    #expect(common.contains { $0.name == "Timestamp" && $0.value == "2015-09-01T05:57:34Z" })
    #expect(signature.signature(method: "GET", own + common) == "gNI7b0AyKZHxDgjBGPDgJ1Ce3L4=")
  }

  /// What the vendor's `aliyun-python-sdk-core` 2.16.1 computes.
  @Test("a token and characters that need encoding are signed as the vendor's library does")
  func library() {
    let signature = AlibabaRPCSignature(
      Credentials(accessKeyID: "LTAItest", secretAccessKey: "secret/1", sessionToken: "t/o+k=en~*"))
    let own: [(name: String, value: String?)] = [
      ("Version", "2015-04-01"), ("Action", "AssumeRole"), ("Format", "JSON"),
      ("RoleArn", "acs:ram::1234567890123:role/mover"), ("RoleSessionName", "tranship-test"),
      ("DurationSeconds", "3600"), ("ExternalId", "ext/1"),
    ]
    let common = signature.parameters(
      nonce: "n-1", at: Timestamp(millisecondsSinceEpoch: 1_704_164_645_000))
    #expect(signature.signature(method: "POST", own + common) == "ywVJBgljeatdnAxlqy/hWNntzN0=")
  }
}
