public import ObjectStorage

/// How the latest listing of a side went.
public struct ListingFacts: Hashable, Sendable {
  public var isComplete: Bool
  /// Whether its keys came in the order of their bytes; nil where nobody looked.
  public var isOrdered: Bool?
  /// How often it began again because its pieces did not join.
  public var restarts: Int64
  /// Keys that it named on more than one page.
  public var duplicates: Int64
  /// `live`, or the name of the format of the files that it was taken from.
  public var origin = "live"
  /// False for a list of keys.
  public var hasSizes = true
  /// Versions that are not current, and marks of deletion; nil where nobody counted.
  public var versions: Int64?
  public var deleteMarks: Int64?
  /// Whether the bucket keeps versions; nil where nobody asked.
  public var versioning: Versioning?

  public init(isComplete: Bool, isOrdered: Bool?, restarts: Int64, duplicates: Int64) {
    self.isComplete = isComplete
    self.isOrdered = isOrdered
    self.restarts = restarts
    self.duplicates = duplicates
  }
}

/// What a pass over an inventory went through.
public struct InventoryPass: Hashable, Sendable {
  /// Nil where the side was never listed.
  public var listing: ListingFacts?
  /// Rows that the latest listing names: those that the pass gave.
  public var objects: Int64 = 0
  /// Rows of earlier listings that the latest one does not name, or not yet.
  public var noLongerNamed: Int64 = 0

  public init(listing: ListingFacts?) {
    self.listing = listing
  }
}
