public import ObjectStorage

/// One page of a listing that somebody saved, with what it says of itself.
public struct SavedListingPage: Sendable {
  /// The rows, by the kind of the page's root.
  public enum Content: Sendable {
    /// `ListBucketResult`, of either version of the call.
    case objects(ListingPage)
    /// `ListVersionsResult`.
    case versions(VersionPage)
  }

  /// Where the page says that it was asked to begin; nil for what it does not say, and empty as the page has it.
  public struct Asked: Hashable, Sendable {
    public var continuationToken: String?
    public var startAfter: ObjectKey?
    public var marker: ObjectKey?
    public var keyMarker: ObjectKey?
    public var versionIDMarker: String?

    public init(
      continuationToken: String? = nil, startAfter: ObjectKey? = nil, marker: ObjectKey? = nil,
      keyMarker: ObjectKey? = nil, versionIDMarker: String? = nil
    ) {
      self.continuationToken = continuationToken
      self.startAfter = startAfter
      self.marker = marker
      self.keyMarker = keyMarker
      self.versionIDMarker = versionIDMarker
    }

    /// Whether the page says nothing of a place behind the beginning.
    public var isBeginning: Bool {
      [startAfter, marker, keyMarker].allSatisfy { $0?.bytes.isEmpty ?? true }
        && [continuationToken, versionIDMarker].allSatisfy { $0?.isEmpty ?? true }
    }
  }

  public var content: Content
  /// Counted from 1, over all the bytes that were fed.
  public var ordinal: Int
  /// Where the page begins in the bytes that were fed, and how long it is.
  public var offset: Int64
  public var byteCount: Int64
  /// Nil where the page does not say it.
  public var bucket: String?
  public var prefix: ObjectKey?
  /// Nil or empty where the page is of a flat listing.
  public var delimiter: ObjectKey?
  public var asked: Asked
  /// The vendor that was given to the reader, else the one that the page shows.
  public var dialect: ListingDialect?
}
