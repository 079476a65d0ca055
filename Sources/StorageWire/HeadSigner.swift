import Checksums
import Glibc
public import ObjectStorage
import Synchronization

/// Writes the heads of requests for objects, signed, as bytes.
///
/// The same that `S3Signature` and `OSSSignature` make of a request without a query and with a body that is not signed,
/// without a text for every piece of it: with small objects a signature is a good part of the work. What these two
/// would rewrite, a field that comes twice, a name in capitals, spaces in a row, anything but ASCII, is left to them.
public final class HeadSigner: Sendable {
  private struct Dialect {
    var algorithm: String
    var keyPrefix: String
    var service: String
    var terminator: String
    /// What the vendor's own fields begin with.
    var fieldPrefix: String
    /// Whether every field is signed; else the vendor's own, and those that tell what the body is.
    var signsAll: Bool
  }

  /// What all signatures of one second have in common.
  private final class Moment: Sendable {
    let second: Int64
    let credentials: Credentials
    /// Such as `20240102T030405Z`.
    let time: String
    let key: [UInt8]
    /// Algorithm, time and scope, a line each: what the text that is signed begins with.
    let textStart: [UInt8]
    /// The `authorization` up to what depends on the request.
    let authorizationStart: [UInt8]

    init(_ dialect: Dialect, region: String, keys: SigningKeys, _ credentials: Credentials, at now: Timestamp)
    {
      let (date, time) = (now.basicDate, now.basic)
      let scope = "\(date)/\(region)/\(dialect.service)/\(dialect.terminator)"
      second = now.secondsSinceEpoch
      self.credentials = credentials
      self.time = time
      key = keys.key(dialect.keyPrefix, credentials, [date, region, dialect.service, dialect.terminator])
      textStart = Array("\(dialect.algorithm)\n\(time)\n\(scope)\n".utf8)
      authorizationStart = Array(
        "authorization: \(dialect.algorithm) Credential=\(credentials.accessKeyID)/\(scope)".utf8)
    }
  }

  private let dialect: Dialect
  private let region: String
  private let keys: SigningKeys
  private let latest = Mutex<Moment?>(nil)
  private let contentName: [UInt8]
  private let dateName: [UInt8]
  private let tokenName: [UInt8]

  private init(_ dialect: Dialect, region: String, keys: SigningKeys) {
    self.dialect = dialect
    self.region = region
    self.keys = keys
    contentName = Array("\(dialect.fieldPrefix)content-sha256".utf8)
    dateName = Array("\(dialect.fieldPrefix)date".utf8)
    tokenName = Array("\(dialect.fieldPrefix)security-token".utf8)
  }

  /// Signature version 4 of Amazon S3.
  public static func s3(region: String, keys: SigningKeys) -> HeadSigner {
    HeadSigner(
      Dialect(
        algorithm: "AWS4-HMAC-SHA256", keyPrefix: "AWS4", service: "s3", terminator: "aws4_request",
        fieldPrefix: "x-amz-", signsAll: true),
      region: region, keys: keys)
  }

  /// Signature version 4 of OSS.
  public static func oss(region: String, keys: SigningKeys) -> HeadSigner {
    HeadSigner(
      Dialect(
        algorithm: "OSS4-HMAC-SHA256", keyPrefix: "aliyun_v4", service: "oss",
        terminator: "aliyun_v4_request", fieldPrefix: "x-oss-", signsAll: false),
      region: region, keys: keys)
  }

  /// The head of a request for an object, with the empty line behind it.
  ///
  /// `pathPrefix` stands before the key in the target and `resourcePrefix` in what is signed, both encoded already;
  /// `fields` adds what the request has beside what belongs to the signature. A request without a body has no
  /// `bodyLength`. Nil where the ordinary signature is needed.
  public func head(
    method: String, pathPrefix: String, resourcePrefix: String, key: [UInt8], bodyLength: Int?,
    with credentials: Credentials, at now: Timestamp, fields addFields: (inout HeadFields) -> Void
  ) -> TextWriter? {
    let moment = moment(credentials, now)
    let payload = bodyLength == nil && dialect.signsAll ? Self.digestOfNothing : "UNSIGNED-PAYLOAD"
    var fields = HeadFields(method: method, pathPrefix: pathPrefix, key: key)
    addFields(&fields)
    fields.add(contentName, payload)
    fields.add(dateName, moment.time)
    if let token = credentials.sessionToken { fields.add(tokenName, token) }
    guard fields.isPlain, fields.sort() else { return nil }

    // What is signed twice over: the request, and behind it the text around its digest.
    var signed = TextWriter(capacity: fields.count + 512)
    signed.add(method)
    signed.add(Self.newline)
    signed.add(resourcePrefix)
    signed.add(fields[fields.encodedKey])
    signed.add(Self.newline)
    signed.add(Self.newline)
    for field in fields.all where dialect.signsAll || isSigned(field, fields) {
      signed.add(fields[field.name])
      signed.add(UInt8(ascii: ":"))
      signed.add(fields[field.value])
      signed.add(Self.newline)
    }
    signed.add(Self.newline)
    let namesStart = signed.count
    if dialect.signsAll {
      for field in fields.all {
        if signed.count > namesStart { signed.add(UInt8(ascii: ";")) }
        signed.add(fields[field.name])
      }
    }
    let names = namesStart..<signed.count
    signed.add(Self.newline)
    signed.add(payload)
    let digest = sha256(signed.bytes)
    let textStart = signed.count
    signed.add(moment.textStart)
    signed.add(hexOf: digest)
    let signature = HMAC.sha256(key: moment.key, signed[textStart..<signed.count])

    var head = fields.take()
    head.add(moment.authorizationStart)
    if dialect.signsAll {
      head.add(literal: ",SignedHeaders=")
      head.add(signed[names])
    }
    head.add(literal: ",Signature=")
    head.add(hexOf: signature)
    if let bodyLength {
      head.add(literal: "\r\ncontent-length: ")
      head.add(number: Int64(bodyLength))
    }
    head.add(literal: "\r\n\r\n")
    return head
  }

  private func isSigned(_ field: HeadFields.Field, _ fields: borrowing HeadFields) -> Bool {
    let name = fields[field.name]
    return withBytes(of: dialect.fieldPrefix) { prefix in
      name.count >= prefix.count && isSame(UnsafeBufferPointer(rebasing: name[..<prefix.count]), prefix)
    } || withBytes(of: "content-type") { isSame(name, $0) }
      || withBytes(of: "content-md5") { isSame(name, $0) }
  }

  private func moment(_ credentials: Credentials, _ now: Timestamp) -> Moment {
    latest.withLock { latest in
      let second = now.secondsSinceEpoch
      if let latest, latest.second == second, latest.credentials == credentials { return latest }
      let moment = Moment(dialect, region: region, keys: keys, credentials, at: now)
      latest = moment
      return moment
    }
  }

  private static let newline: UInt8 = 0x0a
  private static let digestOfNothing = encodeHex(sha256([]))
}

private func isSame(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Bool {
  guard one.count == other.count, let start = one.baseAddress, let otherStart = other.baseAddress else {
    return one.isEmpty && other.isEmpty
  }
  return memcmp(start, otherStart, one.count) == 0
}
