public import ObjectStorage

/// How a listing that somebody saved is to be taken in.
public struct ListingImport: Sendable {
  public var side: Side
  /// Whether it takes the place of a listing that is there.
  public var replaces: Bool
  /// Whether every version is kept; otherwise those that are not current are counted.
  public var keepsVersions: Bool
  public var at: Timestamp

  public init(side: Side, replaces: Bool = false, keepsVersions: Bool = false, at: Timestamp) {
    self.side = side
    self.replaces = replaces
    self.keepsVersions = keepsVersions
    self.at = at
  }
}

/// Rows of a listing on their way into the ledger.
public struct ListingRows: Sendable {
  public var objects: [ListedObject]
  /// Of listings that name every version; the current ones are objects too.
  public var versions: [ListedVersion]
  public var digests: [ImportedDigest]

  public init(
    objects: [ListedObject] = [], versions: [ListedVersion] = [], digests: [ImportedDigest] = []
  ) {
    self.objects = objects
    self.versions = versions
    self.digests = digests
  }
}

/// What a listing is of, as far as it or somebody says so; nil for what nobody says.
public struct ListingPlace: Hashable, Sendable {
  public var kind: StoreLocation.Kind?
  public var bucket: String?
  public var prefix: ObjectKey?

  public init(kind: StoreLocation.Kind? = nil, bucket: String? = nil, prefix: ObjectKey? = nil) {
    self.kind = kind
    self.bucket = bucket
    self.prefix = prefix
  }
}

/// What is known of a saved listing at its end.
public struct ListingSummary: Sendable {
  /// The name of its format.
  public var origin: String
  public var files: [String]
  public var place: ListingPlace
  /// False for a list of keys: nothing can be compared with it, and no object be copied by it.
  public var hasSizes: Bool
  /// Whether it names every version.
  public var tellsVersions: Bool

  public init(
    origin: String, files: [String], place: ListingPlace, hasSizes: Bool = true, tellsVersions: Bool = false
  ) {
    self.origin = origin
    self.files = files
    self.place = place
    self.hasSizes = hasSizes
    self.tellsVersions = tellsVersions
  }
}

/// What a listing that was taken in came to.
public struct ImportedListing: Hashable, Sendable {
  /// Keys that the listing names; each counted once.
  public var objects: Int64 = 0
  public var bytes: Int64 = 0
  /// Rows that named a key, or a version, that was there already.
  public var duplicates: Int64 = 0
  /// Versions that are not current, and marks of deletion; nil where the listing does not tell.
  public var versions: Int64?
  public var deleteMarks: Int64?
  /// Digests that were not in the ledger.
  public var digests: Int64 = 0
  /// Keys of the listing before that this one does not name, and that nothing was decided of: they are gone.
  public var dropped: Int64 = 0
  /// Keys of the listing before that this one does not name and that the job answers for: they stay.
  public var missing: Int64 = 0

  public init() {}
}

/// Why a saved listing was not taken in; the ledger is as it was.
public enum ListingImportFailure: Error, Sendable {
  /// The listing cannot be believed, or not be read.
  case listing(StorageError)
  case ledger(LedgerError)
}
