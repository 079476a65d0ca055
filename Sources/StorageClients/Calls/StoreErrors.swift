import ObjectStorage

extension StorageError {
  /// A failed condition `If-None-Match: *` says that the key exists.
  func readAsExisting(_ isAbsenceAsked: Bool) -> StorageError {
    guard isAbsenceAsked, code == .preconditionFailed else { return self }
    var error = self
    error.code = .alreadyExists
    return error
  }

  /// A request that is denied because it does not say who pays for it, told from other denials where the store does.
  ///
  /// S3 only denies; OSS has a number for it.
  func namingPayer(_ cause: String?, isSaid: Bool) -> StorageError {
    guard code == .accessDenied, !isSaid else { return self }
    let option = "--source-request-payer, or --destination-request-payer"
    var error = self
    error.message +=
      cause == "0003-00000702"
      ? "; who asks pays for this bucket: say so with \(option)"
      : "; if who asks pays for this bucket, say so with \(option)"
    return error
  }

  static func noETag(_ key: ObjectKey, _ requestID: String?) -> StorageError {
    StorageError(
      .malformedAnswer, "the answer names no ETag of what was stored", key: key, requestID: requestID)
  }
}

/// How long the documents of a store may be, in bytes.
enum DocumentLimit {
  static let listing = 16 << 20
  static let small = 1 << 20
}

/// The size of an object in an answer to HEAD.
enum HeadSize {
  static func of(_ fields: HTTPFields, key: ObjectKey) throws(StorageError) -> Int64 {
    guard let text = fields["content-length"], let size = Int64(text), size >= 0 else {
      throw StorageError(.malformedAnswer, "the answer to HEAD announces no size", key: key)
    }
    return size
  }
}
