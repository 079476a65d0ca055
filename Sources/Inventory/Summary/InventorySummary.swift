public import AuditLedger
public import ObjectStorage

/// What a side holds, gathered while its rows go by in the order of their keys; its size has a bound.
public struct InventorySummary: Sendable {
  /// An object and when it was last changed.
  public struct Dated: Hashable, Sendable {
    public var key: ObjectKey
    public var at: Timestamp
  }

  public private(set) var total = ObjectShare()
  /// Left out by the user's choice, and in no other count.
  public private(set) var excluded = ObjectShare()
  /// By class as the vendor spells it; nil where the listing names none.
  public var storageClasses: [StorageClass: ObjectShare] {
    var summary = self
    summary.settleStorageClass()
    return summary.settledClasses
  }
  /// In classes beyond those that are told apart.
  public var otherStorageClasses: ObjectShare {
    var summary = self
    summary.settleStorageClass()
    return summary.settledOthers
  }
  private var settledClasses: [StorageClass: ObjectShare] = [:]
  private var settledOthers = ObjectShare()
  /// Rows in a row of one class: in most buckets that is all of them.
  private var current: (name: String?, share: ObjectShare) = (nil, ObjectShare())
  public private(set) var sizes = Histogram.sizes
  public private(set) var prefixes: PrefixTally
  public private(set) var eTags = ETagTally()
  public private(set) var keys = KeyTally()
  /// The first of those with the earliest and the latest time; nil where no row has a time.
  public private(set) var oldest: Dated?
  public private(set) var newest: Dated?
  /// Rows without a time.
  public private(set) var undated: Int64 = 0
  /// How the listing went and what it left, once all rows have come.
  public var pass = InventoryPass(listing: nil)

  /// Objects that came, left out or not.
  public var rows: Int64 { total.objects + excluded.objects }

  /// No vendor has as many; a listing that is made up must not fill the memory.
  private static let mostStorageClasses = 100

  /// Folders count down to a depth behind the prefix of the listing.
  public init(below prefix: ObjectKey, depth: Int) {
    prefixes = PrefixTally(below: prefix, depth: depth)
  }

  /// Counts an object; keys must come in the order of their bytes.
  public mutating func add(_ object: ListedObject) {
    total.add(object.size)
    addStorageClass(object)
    sizes.add(object.size, size: object.size)
    prefixes.add(object.key, size: object.size)
    eTags.add(object)
    keys.add(object.key)
    addTime(object)
  }

  /// Counts an object that the user left out.
  public mutating func exclude(_ object: ListedObject) {
    excluded.add(object.size)
  }

  private mutating func addStorageClass(_ object: ListedObject) {
    if current.name != object.storageClass {
      settleStorageClass()
      current = (object.storageClass, ObjectShare())
    }
    current.share.add(object.size)
  }

  private mutating func settleStorageClass() {
    guard current.share.objects > 0 else { return }
    let storageClass = StorageClass(current.name)
    if settledClasses[storageClass] != nil || settledClasses.count < Self.mostStorageClasses {
      settledClasses[storageClass, default: ObjectShare()].add(current.share)
    } else {
      settledOthers.add(current.share)
    }
    current.share = ObjectShare()
  }

  private mutating func addTime(_ object: ListedObject) {
    guard let at = object.lastModifiedAt else { return undated += 1 }
    if oldest.map({ at < $0.at }) ?? true { oldest = Dated(key: object.key, at: at) }
    if newest.map({ $0.at < at }) ?? true { newest = Dated(key: object.key, at: at) }
  }
}
