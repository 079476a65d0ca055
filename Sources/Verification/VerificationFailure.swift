public import AuditLedger
public import ObjectStorage

/// Why an object could not be looked at, and on which side.
public struct VerificationFailure: Error, Sendable {
  public var side: Side
  public var error: StorageError

  public init(_ side: Side, _ error: StorageError) {
    self.side = side
    self.error = error
  }

  /// Whether the run cannot go on, whatever the object.
  public var endsTheRun: Bool { error.disposition == .abort }

  /// The class of the error list that the object belongs to.
  public var errorClass: ErrorClass {
    switch error.code {
    case .archived: .archived
    case .notFound: side == .source ? .sourceGone : .missing
    case .preconditionFailed: side == .source ? .sourceChanged : .failed
    case .accessDenied: .denied
    case .unsafeKey: .unsafeName
    case .corrupted: .mismatched
    case .throttled: .throttled
    case .timedOut: .timeout
    case .alreadyExists, .digestRefused, .invalidRequest, .unreachable, .untrusted,
      .connectionLost, .malformedAnswer, .redirected, .serverFault, .credentialsRejected,
      .credentialsExpired, .clockSkewed, .noSuchBucket, .noSuchUpload, .lengthDiffers, .localFault,
      .budgetSpent, .credentialsRenewed, .cancelled:
      .failed
    }
  }

  public var message: String { "\(side.rawValue): \(error)" }
}

/// Runs an action and says on which side it failed.
func on<Value: Sendable>(
  _ side: Side, _ action: () async throws(StorageError) -> Value
) async throws(VerificationFailure) -> Value {
  do {
    return try await action()
  } catch {
    throw VerificationFailure(side, error)
  }
}
