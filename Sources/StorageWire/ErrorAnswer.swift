public import ObjectStorage

/// An error of a store as its document or its header says it.
public struct ErrorAnswer: Sendable {
  public var code: String?
  public var message: String?
  public var requestID: String?
  /// OSS's number for the cause.
  public var cause: String?
  /// Where the store wants the bucket to be asked, if it says so.
  public var endpoint: String?
  /// The region that the store wants in signatures, if it says so.
  public var region: String?

  /// Takes what can be read from a document; one that cannot be read says nothing.
  public init(document: [UInt8]) {
    var found: [String: String] = [:]
    do {
      _ = try XMLDocument.read(document, roots: ["Error"]) { path, text in
        if path.count == 2 { found[path[1]] = text.withoutPadding }
      }
    } catch {
      found = [:]
    }
    code = found["Code"].flatMap { $0.isEmpty ? nil : $0 }
    message = found["Message"]
    requestID = found["RequestId"]
    cause = found["EC"]
    endpoint = found["Endpoint"].flatMap { $0.isEmpty ? nil : $0 }
    region = found["Region"].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// What the error means for a caller.
  public func storageError(status: Int, requestID: String?, retryAfter: Duration?) -> StorageError {
    var meaning = Self.codes[code ?? ""] ?? Self.meaning(of: status)
    // OSS denies access to a bucket of another region, and says where it is; no right would help.
    if meaning == .accessDenied, endpoint != nil { meaning = .redirected }
    let said = message.map { ": \(shownSafely(String($0.prefix(300))))" } ?? ""
    return StorageError(
      meaning, "\(Self.words(for: meaning))\(said)\(named("endpoint", endpoint))\(named("region", region))",
      httpStatus: status, vendorCode: code,
      requestID: requestID ?? self.requestID, retryAfter: retryAfter)
  }

  private func named(_ what: String, _ value: String?) -> String {
    value.map { "; the store names the \(what) \(shownSafely(String($0.prefix(100))))" } ?? ""
  }

  private static func meaning(of status: Int) -> StorageError.Code {
    switch status {
    case 300...399: status == 304 ? .preconditionFailed : .redirected
    case 401: .credentialsRejected
    case 403: .accessDenied
    case 404: .notFound
    case 408: .timedOut
    case 412: .preconditionFailed
    case 429: .throttled
    case 503: .throttled
    // What a store cannot do it cannot do the next time either.
    case 501: .invalidRequest
    case 500...599: .serverFault
    case 400...499: .invalidRequest
    default: .malformedAnswer
    }
  }

  private static func words(for meaning: StorageError.Code) -> String {
    switch meaning {
    case .redirected: "the store sends this request elsewhere, correct the endpoint or the region"
    case .credentialsRejected: "the store does not accept the key id or the signature, check the secret"
    case .credentialsExpired: "the credentials have expired, renew them and run again"
    case .clockSkewed: "the clocks of this machine and of the store differ too much"
    case .noSuchBucket: "the bucket does not exist, check its name and the endpoint"
    case .archived: "the object is archived and must be restored first"
    case .accessDenied: "the store denies access, check the rights of the key"
    default: "the store answered \(meaning.rawValue)"
    }
  }

  private static let codes: [String: StorageError.Code] = [
    "AccessDenied": .accessDenied, "AllAccessDisabled": .accessDenied, "AccountProblem": .accessDenied,
    "UserDisable": .accessDenied, "InvalidAccessKeyId": .credentialsRejected,
    "SignatureDoesNotMatch": .credentialsRejected, "AuthorizationHeaderMalformed": .credentialsRejected,
    "InvalidSecurity": .credentialsRejected, "InvalidToken": .credentialsExpired,
    "InvalidSecurityToken": .credentialsExpired, "SecurityTokenExpired": .credentialsExpired,
    "ExpiredToken": .credentialsExpired, "TokenRefreshRequired": .credentialsExpired,
    "RequestTimeTooSkewed": .clockSkewed, "RequestExpired": .clockSkewed, "NoSuchBucket": .noSuchBucket,
    "NoSuchKey": .notFound, "NoSuchVersion": .notFound, "SymlinkTargetNotExist": .notFound,
    "NoSuchUpload": .noSuchUpload, "InvalidPart": .noSuchUpload, "PreconditionFailed": .preconditionFailed,
    "FileAlreadyExists": .alreadyExists, "ObjectAlreadyExists": .alreadyExists,
    "ConditionalRequestConflict": .serverFault, "OperationAborted": .serverFault,
    "InvalidObjectState": .archived, "BadDigest": .digestRefused, "InvalidDigest": .digestRefused,
    "XAmzContentSHA256Mismatch": .digestRefused, "IncompleteBody": .lengthDiffers,
    "RequestTimeout": .timedOut, "SlowDown": .throttled, "ServiceUnavailable": .throttled,
    "Throttling": .throttled, "ThrottlingException": .throttled, "RequestLimitExceeded": .throttled,
    "TooManyRequests": .throttled, "TotalQpsLimitExceeded": .throttled,
    "MetaOperationQpsLimitExceeded": .throttled, "DownloadTrafficRateLimitExceeded": .throttled,
    "UploadTrafficRateLimitExceeded": .throttled, "ActiveRequestLimitExceeded": .throttled,
    "CpuLimitExceeded": .throttled, "InternalError": .serverFault, "PermanentRedirect": .redirected,
    "TemporaryRedirect": .redirected,
  ]
}
