import ObjectStorage
import StorageWire

/// How S3 wants its requests and words its refusals.
struct S3Dialect: StoreDialect {
  let origin: HTTPOrigin
  private let hostHeader: String
  private let pathPrefix: String
  private let region: String
  private let keys: SigningKeys
  private let heads: HeadSigner
  private let requesterPays: Bool

  /// Before the host the bucket stands only at Amazon itself, and only where its name fits a certificate.
  init(place: StorePlace) {
    let isVirtualHosted = place.isVirtualHosted(
      byDefault: place.endpoint.isAmazon && !place.bucket.contains("."))
    requesterPays = place.requesterPays
    origin = place.origin(isVirtualHosted: isVirtualHosted)
    hostHeader = origin.hostHeader
    pathPrefix = isVirtualHosted ? "/" : "/\(place.bucket)/"
    region = place.region
    keys = SigningKeys()
    heads = .s3(region: region, keys: keys)
  }

  func head(
    of call: StoreCall, bodyLength: Int?, with credentials: Credentials, at now: Timestamp
  ) -> TextWriter? {
    guard let key = call.key?.bytes, call.query.isEmpty else { return nil }
    return heads.head(
      method: call.method.rawValue, pathPrefix: pathPrefix, resourcePrefix: pathPrefix, key: key,
      bodyLength: bodyLength, with: credentials, at: now
    ) { fields in
      for field in call.fields.all { fields.add(field.name, field.value) }
      fields.add(literal: "host", hostHeader)
      if requesterPays { fields.add("x-amz-request-payer", "requester") }
    }
  }

  func request(
    for call: StoreCall, with credentials: Credentials, at now: Timestamp
  ) throws(StorageError) -> HTTPRequest {
    let path = pathPrefix + URIEncoding.path(call.key?.bytes ?? [])
    var fields = call.fields
    fields.add("host", origin.hostHeader)
    if requesterPays { fields.add("x-amz-request-payer", "requester") }
    let signed = S3Signature(credentials, region: region, keys: keys).sign(
      RequestToSign(
        method: call.method.rawValue, path: path, resource: [], query: call.query, fields: fields.pairs,
        document: call.body.signedDocument),
      at: now)
    let query = URIEncoding.query(call.query, emptyIsBare: false)
    return HTTPRequest(
      call.method, origin, target: query.isEmpty ? path : "\(path)?\(query)", fields: HTTPFields(signed))
  }

  func failure(status: Int, fields: HTTPFields, document: [UInt8]) -> StorageError {
    var answer = ErrorAnswer(document: document)
    // The region of a bucket that exists is no advice where something else is wrong.
    if status == 301 || status == 307, answer.region == nil { answer.region = fields["x-amz-bucket-region"] }
    return answer.storageError(
      status: status, requestID: S3Attributes.requestID(fields), retryAfter: RetryAfter.of(fields)
    ).namingPayer(answer.cause, isSaid: requesterPays)
  }
}
