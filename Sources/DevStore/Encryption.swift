import Checksums

/// How an object claims to be encrypted; the bytes on disk are as they came.
struct Encryption: Codable, Sendable, Equatable {
  /// The value of the vendor's header; nil where the client holds the key.
  var algorithm: String?
  var keyID: String?
  /// The MD5 of the client's own key, in Base64.
  var customerKeyMD5: String?

  private static let customer = "x-amz-server-side-encryption-customer-"

  /// What the request asks for, else the bucket's own setting; nil for none.
  init?(_ request: ServerRequest, _ configuration: DevStoreConfiguration) throws {
    let dialect = configuration.dialect
    let prefix = dialect == .s3 ? "x-amz-server-side-encryption" : "x-oss-server-side-encryption"
    let known = dialect == .s3 ? ["AES256", "aws:kms", "aws:kms:dsse"] : ["AES256", "KMS", "SM4"]
    algorithm = request[prefix]
    keyID = request[dialect == .s3 ? "\(prefix)-aws-kms-key-id" : "\(prefix)-key-id"]
    customerKeyMD5 = dialect == .s3 ? try Self.customerKey(request) : nil
    if algorithm == nil, customerKeyMD5 == nil { algorithm = configuration.defaultEncryption }
    if let algorithm {
      guard known.contains(algorithm), customerKeyMD5 == nil else {
        throw ServerError.invalidArgument("The encryption method specified is not supported")
      }
      if keyID == nil, algorithm.hasPrefix("aws:kms") {
        keyID = "arn:aws:kms:us-east-1:000000000000:alias/aws/s3"
      }
    } else if customerKeyMD5 == nil {
      return nil
    }
  }

  /// Whether the ETag of such an object is something else than an MD5.
  var hidesMD5: Bool { customerKeyMD5 != nil || algorithm?.hasPrefix("aws:kms") == true }

  /// What stands in the place of an MD5: as opaque as Amazon's, and another one each time.
  func tag(_ md5: Checksum) -> Checksum {
    guard hidesMD5 else { return md5 }
    return Checksum.of((0..<md5.bytes.count).map { _ in UInt8.random(in: 0...255) }, .md5)
  }

  func headers(_ dialect: Dialect) -> [(name: String, value: String)] {
    if let customerKeyMD5 {
      return [("\(Self.customer)algorithm", "AES256"), ("\(Self.customer)key-MD5", customerKeyMD5)]
    }
    let prefix = dialect == .s3 ? "x-amz-server-side-encryption" : "x-oss-server-side-encryption"
    let key = keyID.map { [(dialect == .s3 ? "\(prefix)-aws-kms-key-id" : "\(prefix)-key-id", $0)] } ?? []
    return algorithm.map { [(prefix, $0)] + key } ?? []
  }

  /// Throws unless a request brings the key that an object or upload was stored with, and none where there is none.
  static func requireKey(_ request: ServerRequest, of kept: Encryption?) throws {
    let sent = try customerKey(request)
    switch (sent, kept?.customerKeyMD5) {
    case (nil, nil): return
    case (nil, _):
      throw ServerError.invalidRequest(
        "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object."
      )
    case (_, nil):
      throw ServerError.invalidRequest("The encryption parameters are not applicable to this object.")
    case (let sent, let kept): guard sent == kept else { throw ServerError.accessDenied }
    }
  }

  /// The MD5 of the key that a request brings, checked against the key.
  private static func customerKey(_ request: ServerRequest) throws -> String? {
    guard let algorithm = request["\(customer)algorithm"] else { return nil }
    guard algorithm == "AES256", let key = request["\(customer)key"].flatMap({ decodeBase64($0) }),
      key.count == 32
    else { throw ServerError.invalidArgument("The secret key was invalid for the specified algorithm.") }
    let md5 = Checksum.of(key, .md5).base64
    guard request["\(customer)key-md5"] == md5 else {
      throw ServerError.invalidArgument(
        "The calculated MD5 hash of the key did not match the hash that was provided.")
    }
    return md5
  }
}
