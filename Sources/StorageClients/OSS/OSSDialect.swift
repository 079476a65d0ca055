import Checksums
import ObjectStorage
import StorageWire

/// How OSS wants its requests and words its refusals.
struct OSSDialect: StoreDialect {
  let origin: HTTPOrigin
  private let hostHeader: String
  private let pathPrefix: String
  private let bucket: String
  private let region: String
  private let signature: OSSSignature
  private let requesterPays: Bool
  private let keys: SigningKeys
  private let heads: HeadSigner
  private let resourcePrefix: String

  init(place: StorePlace, signature: OSSSignature) {
    let isVirtualHosted = place.isVirtualHosted(byDefault: true)
    origin = place.origin(isVirtualHosted: isVirtualHosted)
    pathPrefix = isVirtualHosted ? "/" : "/\(place.bucket)/"
    bucket = place.bucket
    requesterPays = place.requesterPays
    hostHeader = origin.hostHeader
    region = place.region.hasPrefix("oss-") ? String(place.region.dropFirst(4)) : place.region
    self.signature = signature
    keys = SigningKeys()
    heads = .oss(region: region, keys: keys)
    resourcePrefix = URIEncoding.path("/\(place.bucket)/".utf8)
  }

  func head(
    of call: StoreCall, bodyLength: Int?, with credentials: Credentials, at now: Timestamp
  ) -> TextWriter? {
    guard signature == .four, let key = call.key?.bytes, call.query.isEmpty else { return nil }
    return heads.head(
      method: call.method.rawValue, pathPrefix: pathPrefix, resourcePrefix: resourcePrefix, key: key,
      bodyLength: bodyLength, with: credentials, at: now
    ) { fields in
      for field in call.fields.all { fields.add(field.name, field.value) }
      fields.add(literal: "host", hostHeader)
      if requesterPays { fields.add("x-oss-request-payer", "requester") }
    }
  }

  func request(
    for call: StoreCall, with credentials: Credentials, at now: Timestamp
  ) throws(StorageError) -> HTTPRequest {
    let key = call.key?.bytes ?? []
    let path = pathPrefix + URIEncoding.path(key)
    var fields = call.fields
    fields.add("host", origin.hostHeader)
    if requesterPays { fields.add("x-oss-request-payer", "requester") }
    let toSign = RequestToSign(
      method: call.method.rawValue, path: path, resource: Array("/\(bucket)/".utf8) + key, query: call.query,
      fields: fields.pairs, document: call.body.signedDocument)
    let signed = signature.sign(toSign, with: credentials, region: region, at: now, keys: keys)
    let query = URIEncoding.query(call.query, emptyIsBare: true)
    return HTTPRequest(
      call.method, origin, target: query.isEmpty ? path : "\(path)?\(query)", fields: HTTPFields(signed))
  }

  /// An answer to HEAD has no body: its error stands in a field, encoded.
  func failure(status: Int, fields: HTTPFields, document: [UInt8]) -> StorageError {
    var document = document
    if document.isEmpty, let encoded = fields["x-oss-err"], let bytes = decodeBase64(encoded) {
      document = bytes
    }
    let answer = ErrorAnswer(document: document)
    return answer.storageError(
      status: status, requestID: OSSAttributes.requestID(fields), retryAfter: RetryAfter.of(fields)
    ).namingPayer(answer.cause ?? fields["x-oss-ec"], isSaid: requesterPays)
  }
}
