/// What of an object's headers and user metadata was found at the destination.
public enum MetadataVerdict: Hashable, Sendable {
  case equal
  /// One sentence a field.
  case differs([String])
}
