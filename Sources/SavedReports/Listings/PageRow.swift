import ObjectStorage

/// One row of a page of JSON, as far as it was read.
struct PageRow {
  enum Field: String {
    case key = "Key"
    case size = "Size"
    case eTag = "ETag"
    case lastModified = "LastModified"
    case storageClass = "StorageClass"
    case versionID = "VersionId"
    case isLatest = "IsLatest"
    case prefix = "Prefix"

    init?(_ name: ArraySlice<UInt8>) {
      guard let text = name.text else { return nil }
      self.init(rawValue: text)
    }
  }

  private(set) var key: [UInt8]?
  private(set) var size: Int64?
  private var eTag: String?
  private var lastModified: String?
  private var storageClass: String?
  private var versionID: String?
  private var isLatest: Bool?
  private var prefix: [UInt8]?

  /// Whether the row is one of a listing of versions.
  var isVersion: Bool { isLatest != nil }

  /// Takes the value of a member; one that is null is as good as none.
  mutating func take(_ field: Field, _ event: JSONEvent, _ text: ArraySlice<UInt8>) throws(ReportProblem) {
    if event == .null { return }
    switch (field, event) {
    case (.key, .string): try put(Array(text), &key, field)
    case (.prefix, .string): try put(Array(text), &prefix, field)
    case (.eTag, .string): try put(String(decoding: text, as: UTF8.self), &eTag, field)
    case (.lastModified, .string): try put(String(decoding: text, as: UTF8.self), &lastModified, field)
    case (.storageClass, .string): try put(String(decoding: text, as: UTF8.self), &storageClass, field)
    case (.versionID, .string): try put(String(decoding: text, as: UTF8.self), &versionID, field)
    case (.isLatest, .yes): try put(true, &isLatest, field)
    case (.isLatest, .no): try put(false, &isLatest, field)
    case (.size, .number):
      guard let number = Int64(String(decoding: text, as: UTF8.self)), number >= 0 else {
        throw ReportProblem("the Size \(shown(text)) is no number of bytes")
      }
      try put(number, &size, field)
    default: throw ReportProblem("\(field.rawValue) is not what it should be")
    }
  }

  private func put<Value>(_ value: Value, _ place: inout Value?, _ field: Field) throws(ReportProblem) {
    guard place == nil else { throw ReportProblem("a row says \(field.rawValue) twice") }
    place = value
  }

  func object() throws(ReportProblem) -> ListedObject {
    let key = try checkedKey()
    guard let size else { throw ReportProblem("the key \(key.shown) has no Size") }
    return ListedObject(
      key: key, size: size, eTag: eTag.flatMap { $0.isEmpty || $0 == "\"\"" ? nil : ETag($0) },
      lastModifiedAt: lastModified.flatMap(ReportedTime.instant), storageClass: storageClass)
  }

  func version(isDeleteMarker: Bool) throws(ReportProblem) -> ListedVersion {
    let key = try checkedKey()
    guard let versionID, !versionID.isEmpty, let isLatest else {
      throw ReportProblem("the key \(key.shown) has no VersionId or no IsLatest")
    }
    let object =
      isDeleteMarker
      ? ListedObject(key: key, size: 0, lastModifiedAt: lastModified.flatMap(ReportedTime.instant))
      : try object()
    return ListedVersion(
      object: object, versionID: versionID, isLatest: isLatest, isDeleteMarker: isDeleteMarker)
  }

  func folder() throws(ReportProblem) -> ObjectKey {
    guard let prefix else { throw ReportProblem("a common prefix has no Prefix") }
    return ObjectKey(bytes: prefix)
  }

  private func checkedKey() throws(ReportProblem) -> ObjectKey {
    guard let key else { throw ReportProblem("a row has no Key") }
    return try ReportKey.checked(ObjectKey(bytes: key))
  }
}
