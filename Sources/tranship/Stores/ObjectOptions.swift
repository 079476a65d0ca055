import ArgumentParser
import ObjectStorage
import Transfers

/// What becomes of objects that cannot be copied as they are listed.
struct ObjectOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Asks the source to make archived objects readable for so many days; a later run copies them.",
      valueName: "days"))
  var restore: Int?
  @Flag(
    help: "Skips objects that are gone from the source since they were listed; otherwise they are errors.")
  var allowGone = false
  @Flag(help: "Carries the tags of objects; what cannot be carried is noted for each object.")
  var tags = false
  @Option(
    help: ArgumentHelp(
      """
      The storage class of copies: keep for the one that is closest to the source's, or a class by its name; otherwise \
      the destination's own.
      """, valueName: "class"))
  var storageClass: String?
  @Flag(help: .hidden)
  var versions = false

  /// What goes with the objects to a store of some kind.
  func carrying(to kind: StoreLocation.Kind) throws -> Carrying {
    var carrying = Carrying()
    carrying.tags = tags
    guard let storageClass else { return carrying }
    let names = StorageClassMap.settable(kind)
    guard storageClass == "keep" || names.contains(storageClass) else {
      throw ValidationError(
        "--storage-class \(shownSafely(storageClass)) is neither keep nor a class of the destination"
          + (names.isEmpty ? ", which has none" : ": \(names.joined(separator: ", "))"))
    }
    carrying.storageClass = storageClass == "keep" ? .keep : .named(storageClass)
    return carrying
  }

  func validate() throws {
    if let restore, !(1...365).contains(restore) {
      throw ValidationError("--restore \(restore) is not a number of days; give 1 to 365")
    }
    if versions {
      throw ValidationError(
        "--versions: older versions are not migrated; `tranship inventory --versions` says which there are")
    }
  }
}
