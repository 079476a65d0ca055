import AuditLedger
import ObjectStorage
import SavedReports

/// What the rows of a saved listing are of: what somebody said of it, and what the listing says itself, which must
/// agree.
struct PlaceWatch {
  private let said: ListingPlace
  /// Whether the listing's names stand below the address, and are no whole keys.
  private let namesAreRelative: Bool
  private(set) var place: ListingPlace

  init(said: ListingPlace?, namesAreRelative: Bool) {
    self.said = said ?? ListingPlace()
    self.namesAreRelative = namesAreRelative
    place = self.said
  }

  mutating func meet(kind: StoreLocation.Kind?) throws(ReportProblem) {
    guard let kind else { return }
    if let said = place.kind, said != kind {
      throw ReportProblem(
        "the listing is of \(kind.rawValue)://, and not of \(said.rawValue)://; name its own --address")
    }
    place.kind = kind
  }

  mutating func meet(bucket: String?) throws(ReportProblem) {
    guard let bucket else { return }
    if let said = place.bucket, said != bucket {
      throw ReportProblem(
        "the listing is of bucket \(shownSafely(bucket)), and not of \(shownSafely(said)); name its own --address"
      )
    }
    place.bucket = bucket
  }

  mutating func meet(prefix: ObjectKey?) throws(ReportProblem) {
    guard let prefix else { return }
    if let said = place.prefix, said != prefix {
      throw ReportProblem(
        "the listing is of the prefix \"\(prefix.shown)\", and not of \"\(said.shown)\"; name its own --address"
      )
    }
    place.prefix = prefix
  }

  /// The key of a name of the listing; throws where it is not below the address.
  func key(_ name: ObjectKey) throws(ReportProblem) -> ObjectKey {
    guard let prefix = said.prefix, !prefix.bytes.isEmpty else { return name }
    if namesAreRelative { return ObjectKey(bytes: prefix.bytes + name.bytes) }
    guard name.hasPrefix(prefix) else {
      throw ReportProblem(
        "the key \(name.shown) is not below the address; name the address that the listing is of")
    }
    return name
  }

  /// Whether `key` gives every name back as it is.
  var keepsNames: Bool { said.prefix?.bytes.isEmpty ?? true }
}

extension PlaceWatch {
  func named(_ object: ListedObject) throws(ReportProblem) -> ListedObject {
    var object = object
    object.key = try key(object.key)
    return object
  }

  func named(_ version: ListedVersion) throws(ReportProblem) -> ListedVersion {
    var version = version
    version.object.key = try key(version.object.key)
    return version
  }
}
