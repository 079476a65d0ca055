/// What happens to characters that XML 1.0 forbids.
public enum ListingLeniency: Sendable {
  /// A page that has one is refused.
  case strict
  /// They come through as they are, and line ends too; for pages that somebody saved without url encoding.
  case lenient
}
