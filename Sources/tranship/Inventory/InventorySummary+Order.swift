import Inventory
import ObjectStorage

extension InventorySummary {
  /// The storage classes, those with the most bytes first.
  var sortedStorageClasses: [(name: StorageClass, share: ObjectShare)] {
    storageClasses.map { (name: $0, share: $1) }.sorted { one, other in
      if one.share.bytes != other.share.bytes { return one.share.bytes > other.share.bytes }
      if one.share.objects != other.share.objects { return one.share.objects > other.share.objects }
      guard let name = one.name.name, let otherName = other.name.name else { return one.name.name == nil }
      return name < otherName
    }
  }
}
