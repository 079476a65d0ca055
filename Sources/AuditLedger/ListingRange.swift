public import ObjectStorage

/// A piece of a listing that is listed one page after the other.
///
/// Pieces of one listing never overlap, and together they are the whole of it.
public struct ListingRange: Hashable, Sendable {
  public var id: Int64
  public var prefix: ObjectKey
  /// Whether only the keys of this level are wanted; its folders are pieces of their own.
  public var isDelimited: Bool
  /// Keys above this one; nil from the first.
  public var start: ObjectKey?
  /// Keys up to this one; nil to the last.
  public var until: ObjectKey?
  /// Where the next page starts; nil before the first.
  public var position: ListPosition?
  /// The first key that was listed, also where it lies beyond the piece.
  public var firstKey: ObjectKey?
  /// The last key that was listed within the piece.
  public var lastKey: ObjectKey?
  /// The first key that was listed beyond the piece: the neighbour has to begin with it.
  public var beyond: ObjectKey?

  public init(
    id: Int64 = 0, prefix: ObjectKey, isDelimited: Bool = false, start: ObjectKey? = nil,
    until: ObjectKey? = nil, position: ListPosition? = nil
  ) {
    self.id = id
    self.prefix = prefix
    self.isDelimited = isDelimited
    self.start = start
    self.until = until
    self.position = position
  }

  /// Where the next request of the piece starts.
  public var nextPosition: ListPosition? { position ?? start.map { .after($0) } }
}

/// What a page brought to a piece of a listing.
public struct RangeProgress: Sendable {
  /// The piece behind the page.
  public var range: ListingRange
  /// The rows of the page that lie within the piece.
  public var objects: [ListedObject]
  /// Folders that become pieces.
  public var folders: [ObjectKey]
  public var isDone: Bool

  public init(range: ListingRange, objects: [ListedObject], folders: [ObjectKey] = [], isDone: Bool) {
    self.range = range
    self.objects = objects
    self.folders = folders
    self.isDone = isDone
  }
}
