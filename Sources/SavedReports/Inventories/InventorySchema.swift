/// Where the columns of an inventory stand, as its manifest says.
public struct InventorySchema: Hashable, Sendable {
  enum Column: String, CaseIterable {
    case bucket = "Bucket"
    case key = "Key"
    case versionID = "VersionId"
    case isLatest = "IsLatest"
    case isDeleteMarker = "IsDeleteMarker"
    case size = "Size"
    case lastModified = "LastModifiedDate"
    case eTag = "ETag"
    case storageClass = "StorageClass"
    case objectType = "ObjectType"
    case crc64xz = "Crc64"
  }

  private var places: [Column: Int] = [:]
  let count: Int

  /// Reads names with commas between them; columns of other names are passed over.
  init(_ text: String) throws(ReportProblem) {
    let names = text.split(separator: ",", omittingEmptySubsequences: false).map { name in
      String(String(name.drop { $0 == " " }.reversed()).drop { $0 == " " }.reversed())
    }
    count = names.count
    for (place, name) in names.enumerated() {
      guard let column = Column.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() })
      else {
        continue
      }
      guard places.updateValue(place, forKey: column) == nil else {
        throw ReportProblem("the fileSchema of the manifest names \(column.rawValue) twice")
      }
    }
    guard self[.key] != nil else { throw ReportProblem("the fileSchema of the manifest has no Key") }
    let versioned: [Column] = [.versionID, .isLatest, .isDeleteMarker]
    let told = versioned.count { self[$0] != nil }
    guard told == 0 || told == versioned.count else {
      throw ReportProblem(
        "the fileSchema of the manifest has only some of VersionId, IsLatest and IsDeleteMarker: nobody can tell which versions are current"
      )
    }
  }

  subscript(column: Column) -> Int? { places[column] }

  /// Whether the rows name every version.
  public var hasVersions: Bool { self[.versionID] != nil }

  /// Whether the rows say how many bytes an object has; it is a column that can be left out.
  public var hasSizes: Bool { self[.size] != nil }
}
