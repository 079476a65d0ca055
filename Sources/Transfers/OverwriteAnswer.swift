/// What a rule says of a key that the destination has.
public enum OverwriteAnswer: Hashable, Sendable {
  /// The bytes have to be compared first.
  case compare
  /// Proven equal: nothing is sent.
  case done
  /// Sent over what stands there.
  case overwrite(OverwriteReason)
  /// Skipped.
  case keep(OverwriteReason)
  /// An error.
  case conflict(OverwriteReason)
}

/// Why a key is overwritten, or is not.
public struct OverwriteReason: Hashable, Sendable {
  /// The word for it in plans.
  public enum Cause: String, CaseIterable, Sendable {
    case always
    case sizeDiffers = "size-differs"
    case contentTypeDiffers = "content-type-differs"
    case sourceLater = "source-later"
    case sourceNotLater = "source-not-later"
    /// One of the sides does not tell when the object changed.
    case timeUnknown = "time-unknown"
    case bytesDiffer = "bytes-differ"
    case notProven = "not-proven"
    /// Written by this job before.
    case ownCopy = "own-copy"
  }

  public var cause: Cause
  public var text: String

  public init(_ cause: Cause, _ text: String) {
    self.cause = cause
    self.text = text
  }

  func saying(_ text: String) -> OverwriteReason { OverwriteReason(cause, text) }
}
