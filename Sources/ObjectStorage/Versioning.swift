/// Whether a bucket keeps what is overwritten or deleted.
public enum Versioning: String, Sendable {
  case enabled
  /// What was kept before is still there.
  case suspended
  case never
  /// The store does not say, or not to this caller.
  case unknown
}
