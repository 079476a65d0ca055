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
  private let contentName: String
  private let dateName: String
  private let tokenName: String

  private init(_ dialect: Dialect, region: String, keys: SigningKeys) {
    self.dialect = dialect
    self.region = region
    self.keys = keys
    contentName = dialect.fieldPrefix + "content-sha256"
    dateName = dialect.fieldPrefix + "date"
    tokenName = dialect.fieldPrefix + "security-token"
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

  /// The head of a request for an object, up to the empty line behind it.
  ///
  /// `pathPrefix` stands before the key in the target and `resourcePrefix` in what is signed, both encoded already;
  /// `fields` adds what the request has beside what belongs to the signature. A request without a body has no
  /// `bodyLength`. Nil where the ordinary signature is needed.
  public func head(
    method: String, pathPrefix: String, resourcePrefix: String, key: [UInt8], bodyLength: Int?,
    with credentials: Credentials, at now: Timestamp, fields addFields: (inout HeadFields) -> Void
  ) -> [UInt8]? {
    let moment = moment(credentials, now)
    let payload = bodyLength == nil && dialect.signsAll ? Self.digestOfNothing : "UNSIGNED-PAYLOAD"
    var list = HeadFields()
    addFields(&list)
    list.add(contentName, payload)
    list.add(dateName, moment.time)
    if let token = credentials.sessionToken { list.add(tokenName, token) }
    guard list.isPlain, let sorted = list.sorted() else { return nil }

    var names = TextWriter(capacity: 256)
    var canonical = TextWriter(capacity: list.count + 3 * key.count + 512)
    canonical.add(method)
    canonical.add(Self.newline)
    canonical.add(resourcePrefix)
    canonical.add(encoded: key)
    canonical.add(Self.newline)
    canonical.add(Self.newline)
    for field in sorted where dialect.signsAll || isSigned(field, list) {
      canonical.add(list[field.name])
      canonical.add(UInt8(ascii: ":"))
      canonical.add(list[field.value])
      canonical.add(Self.newline)
      guard dialect.signsAll else { continue }
      if names.count > 0 { names.add(UInt8(ascii: ";")) }
      names.add(list[field.name])
    }
    canonical.add(Self.newline)
    canonical.add(names.bytes)
    canonical.add(Self.newline)
    canonical.add(payload)

    var text = TextWriter(capacity: 256)
    text.add(moment.textStart)
    text.add(hexOf: sha256(canonical.bytes))
    let signature = HMAC.sha256(key: moment.key, text.bytes)

    var head = TextWriter(capacity: list.count + 3 * key.count + 768)
    head.add(method)
    head.add(0x20)
    head.add(pathPrefix)
    head.add(encoded: key)
    head.add(" HTTP/1.1\r\n")
    head.add(list.wire)
    head.add(moment.authorizationStart)
    if dialect.signsAll {
      head.add(",SignedHeaders=")
      head.add(names.bytes)
    }
    head.add(",Signature=")
    head.add(hexOf: signature)
    if let bodyLength {
      head.add("\r\ncontent-length: ")
      head.add(number: Int64(bodyLength))
    }
    head.add("\r\n\r\n")
    return Array(head.bytes)
  }

  private func isSigned(_ field: HeadFields.Field, _ list: borrowing HeadFields) -> Bool {
    let name = list[field.name]
    return withBytes(of: dialect.fieldPrefix) { name.starts(with: $0) }
      || withBytes(of: "content-type") { name.elementsEqual($0) }
      || withBytes(of: "content-md5") { name.elementsEqual($0) }
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

/// The header fields of one request, as they go on the wire.
public struct HeadFields: ~Copyable {
  fileprivate struct Field {
    var name: Range<Int>
    var value: Range<Int>
  }

  private var text = TextWriter(capacity: 1024)
  fileprivate private(set) var fields: [Field] = []
  /// Whether every field can be signed as it is written.
  fileprivate private(set) var isPlain = true

  fileprivate init() { fields.reserveCapacity(24) }

  fileprivate var count: Int { text.count }

  fileprivate subscript(_ range: Range<Int>) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(rebasing: text.bytes[range])
  }

  /// All of them, a line each.
  fileprivate var wire: UnsafeBufferPointer<UInt8> { text.bytes }

  public mutating func add(_ name: String, _ value: String) {
    let start = text.count
    text.add(name)
    let middle = text.count
    text.add(UInt8(ascii: ":"))
    text.add(0x20)
    let valueStart = text.count
    text.add(value)
    let end = text.count
    text.add(0x0d)
    text.add(0x0a)
    isPlain = isPlain && Self.isPlainName(self[start..<middle]) && Self.isPlainValue(self[valueStart..<end])
    fields.append(Field(name: start..<middle, value: valueStart..<end))
  }

  /// By name; nil where a name comes twice.
  fileprivate func sorted() -> [Field]? {
    var sorted: [Field] = []
    sorted.reserveCapacity(fields.count)
    for field in fields {
      var place = sorted.count
      while place > 0 {
        let order = compare(self[sorted[place - 1].name], self[field.name])
        if order == 0 { return nil }
        if order < 0 { break }
        place -= 1
      }
      sorted.insert(field, at: place)
    }
    return sorted
  }

  private func compare(_ one: UnsafeBufferPointer<UInt8>, _ other: UnsafeBufferPointer<UInt8>) -> Int32 {
    guard let start = one.baseAddress, let otherStart = other.baseAddress else { return 0 }
    let order = memcmp(start, otherStart, min(one.count, other.count))
    return order != 0 ? order : Int32(one.count - other.count)
  }

  private static func isPlainName(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
    for byte in name {
      switch byte {
      case 97...122, 48...57, UInt8(ascii: "-"), UInt8(ascii: "_"): break
      default: return false
      }
    }
    return !name.isEmpty
  }

  /// Visible ASCII, with single spaces between.
  private static func isPlainValue(_ value: UnsafeBufferPointer<UInt8>) -> Bool {
    var last: UInt8 = 0x20
    for byte in value {
      guard byte >= 0x20, byte < 0x7f, byte != 0x20 || last != 0x20 else { return false }
      last = byte
    }
    return last != 0x20
  }
}

extension TextWriter {
  fileprivate mutating func add(encoded key: [UInt8]) { URIEncoding.addPath(key, to: &self) }
}
