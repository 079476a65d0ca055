/// What went wrong between this tool and a store.
public struct StorageError: Error, Sendable {
  /// The closed set of causes that callers may branch on.
  public enum Code: String, CaseIterable, Sendable {
    /// No connection could be made.
    case unreachable
    /// TLS could not be established or the certificate is not trusted.
    case untrusted
    case timedOut = "timed-out"
    /// The connection ended before the answer or the body was complete.
    case connectionLost = "connection-lost"
    /// The answer breaks the protocol: wrong length, wrong range, unreadable or endless headers or XML.
    case malformedAnswer = "malformed-answer"
    /// A redirect, which is never followed: credentials stay with the configured host.
    case redirected
    case throttled
    case serverFault = "server-fault"
    case accessDenied = "access-denied"
    /// The key id is unknown, or the signature does not fit the secret.
    case credentialsRejected = "credentials-rejected"
    case credentialsExpired = "credentials-expired"
    /// The credentials ended while a body was under way, and there are new ones by now.
    case credentialsRenewed = "credentials-renewed"
    /// The clocks of this machine and of the store differ by more than the store accepts.
    case clockSkewed = "clock-skewed"
    case noSuchBucket = "no-such-bucket"
    case notFound = "not-found"
    case noSuchUpload = "no-such-upload"
    /// A condition of the request (`If-Match`, a version) does not hold any more.
    case preconditionFailed = "precondition-failed"
    /// The key exists and the request forbids to overwrite it.
    case alreadyExists = "already-exists"
    /// The object is archived and must be restored before it can be read.
    case archived
    /// The store refused the body because it does not fit the digest sent with it.
    case digestRefused = "digest-refused"
    /// The bytes that came do not fit the digest that their own store publishes.
    case corrupted
    /// The store refuses the request as it is; sending it again cannot help.
    case invalidRequest = "invalid-request"
    /// The key cannot exist in this store, or would leave its root.
    case unsafeKey = "unsafe-key"
    /// Fewer or more bytes than announced.
    case lengthDiffers = "length-differs"
    /// The local machine refuses: disk full, file descriptors, input or output error.
    case localFault = "local-fault"
    /// The run made as many retries as it is allowed to.
    case budgetSpent = "budget-spent"
    case cancelled
  }

  /// What a caller should do.
  public enum Disposition: Sendable {
    /// The same request may succeed later.
    case retry
    /// This object fails; others go on.
    case fail
    /// Nothing can go on: the run stops and keeps its state.
    case abort
  }

  public var code: Code
  /// What happened, and the next step where there is one; lower case, no full stop, no secrets.
  public var message: String
  public var key: ObjectKey?
  public var httpStatus: Int?
  /// The vendor's own code, such as `SlowDown` or `FileAlreadyExists`.
  public var vendorCode: String?
  public var requestID: String?
  /// How long the store asks to wait.
  public var retryAfter: Duration?

  public init(
    _ code: Code, _ message: String, key: ObjectKey? = nil, httpStatus: Int? = nil, vendorCode: String? = nil,
    requestID: String? = nil, retryAfter: Duration? = nil
  ) {
    self.code = code
    self.message = message
    self.key = key
    self.httpStatus = httpStatus
    self.vendorCode = vendorCode
    self.requestID = requestID
    self.retryAfter = retryAfter
  }

  public var disposition: Disposition {
    switch code {
    case .unreachable, .timedOut, .connectionLost, .malformedAnswer, .throttled, .serverFault, .lengthDiffers,
      .corrupted, .digestRefused, .clockSkewed, .credentialsRenewed:
      .retry
    case .accessDenied, .notFound, .noSuchUpload, .preconditionFailed, .alreadyExists, .archived,
      .invalidRequest,
      .unsafeKey:
      .fail
    case .untrusted, .redirected, .credentialsRejected, .credentialsExpired, .noSuchBucket, .localFault,
      .budgetSpent,
      .cancelled:
      .abort
    }
  }
}

extension StorageError: CustomStringConvertible {
  public var description: String {
    var text = "\(code.rawValue): \(message)"
    if let key { text += ", key \(key.shown)" }
    if let httpStatus { text += ", HTTP \(httpStatus)" }
    if let vendorCode { text += ", \(shownSafely(vendorCode))" }
    if let requestID { text += ", request \(shownSafely(requestID))" }
    return text
  }
}
