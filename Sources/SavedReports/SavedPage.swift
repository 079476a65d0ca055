public import ObjectStorage

/// What a page of a saved listing says of itself: what it is of, and how it hangs together with others.
public struct SavedPage: Hashable, Sendable {
  /// A place in a listing, as one page names it and the next one repeats it.
  public enum Place: Hashable, Sendable {
    case token(String)
    case key(ObjectKey)
    case version(ObjectKey, String?)
  }

  public enum Beginning: Hashable, Sendable {
    /// The page says that nothing comes before it.
    case first
    case at(Place)
    /// Whoever asked left out the keys up to this one.
    case after(ObjectKey)
    /// The page does not say.
    case untold
  }

  public enum End: Hashable, Sendable {
    case last
    /// The next page begins here.
    case at(Place)
    /// There is more, and the page does not say where.
    case untold
  }

  public var bucket: String?
  public var prefix: ObjectKey?
  /// A folder whose keys the listing leaves out; nil where it leaves out none.
  public var folder: ObjectKey?
  /// Whether it names every version of a key.
  public var hasVersions: Bool
  public var beginning: Beginning
  public var end: End

  public init(
    bucket: String? = nil, prefix: ObjectKey? = nil, folder: ObjectKey? = nil, hasVersions: Bool = false,
    beginning: Beginning = .untold, end: End = .last
  ) {
    self.bucket = bucket
    self.prefix = prefix
    self.folder = folder
    self.hasVersions = hasVersions
    self.beginning = beginning
    self.end = end
  }
}
