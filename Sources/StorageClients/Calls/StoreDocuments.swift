import Checksums
import ObjectStorage
import StorageWire

/// The documents that both vendors word alike, read strictly and written plainly.
enum StoreDocuments {
  static func createdUpload(_ document: [UInt8]) throws(StorageError) -> UploadID {
    let values = try values(of: document, root: "InitiateMultipartUploadResult")
    guard let text = values["UploadId"], !text.isEmpty else { throw missing("UploadId") }
    return UploadID(text)
  }

  /// The values of a document's first level; an `Error` in a 200 answer is an error.
  static func values(of document: [UInt8], root: String) throws(StorageError) -> [String: String] {
    var values: [String: String] = [:]
    let found = try XMLDocument.read(document, roots: [root, "Error"]) { path, text in
      if path.count == 2 { values[path[1]] = text.withoutPadding }
    }
    guard found == root else {
      var error = ErrorAnswer(document: document).storageError(
        status: 200, requestID: nil, retryAfter: nil)
      // The status says nothing here, and an unknown error of a finished request may go away.
      if error.code == .malformedAnswer { error.code = .serverFault }
      throw error
    }
    return values
  }

  static func missing(_ name: String) -> StorageError {
    StorageError(.malformedAnswer, "the answer has no valid \(name)")
  }

  static func complete(_ parts: [StoredPart]) -> [UInt8] {
    var text = "<CompleteMultipartUpload>"
    for part in parts.sorted(by: { $0.number < $1.number }) {
      text += "<Part><PartNumber>\(part.number)</PartNumber><ETag>\(escaped(part.eTag.quoted))</ETag></Part>"
    }
    return Array((text + "</CompleteMultipartUpload>").utf8)
  }

  static func escaped(_ text: String) -> String {
    var escaped = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      default: escaped.unicodeScalars.append(character)
      }
    }
    return escaped
  }

  /// Rows of elements below the root, each with its values; values of the root itself apart.
  ///
  /// Names of objects are taken as they stand, other values without padding. A row inside a row, or one that
  /// says its name or size twice, is refused.
  static func rows(
    of document: [UInt8], root: String, named names: Set<String>
  ) throws(StorageError) -> (values: [String: String], rows: [(name: String, values: [String: String])]) {
    var values: [String: String] = [:]
    var rows: [(name: String, values: [String: String])] = []
    var row: [String: String] = [:]
    var isDoubtful = false
    _ = try XMLDocument.read(document, roots: [root]) { path, text in
      guard let name = path.last else { return }
      let value = literalNames.contains(name) ? text : text.withoutPadding
      if path.count == 3, names.contains(path[1]) {
        isDoubtful = isDoubtful || names.contains(name) || (row[name] != nil && uniqueNames.contains(name))
        row[name] = value
      } else if path.count == 2, names.contains(name) {
        rows.append((name, row))
        row = [:]
      } else if path.count == 2 {
        isDoubtful = isDoubtful || (values[name] != nil && uniqueNames.contains(name))
        values[name] = value
      }
    }
    guard !isDoubtful else { throw StorageError(.malformedAnswer, "the page says one thing twice") }
    return (values, rows)
  }

  private static let literalNames: Set<String> = [
    "Key", "Prefix", "Marker", "NextMarker", "StartAfter", "KeyMarker", "NextKeyMarker",
  ]
  private static let uniqueNames: Set<String> = [
    "Key", "Size", "ETag", "Prefix", "UploadId", "PartNumber", "IsTruncated", "NextContinuationToken",
    "NextMarker",
  ]

  /// Where a page says that there are more; anything else than `true` or `false` is not believed.
  static func isTruncated(_ values: [String: String]) throws(StorageError) -> Bool {
    switch values["IsTruncated"] {
    case "true": return true
    case "false": return false
    default: throw missing("IsTruncated")
    }
  }

  static func parts(_ document: [UInt8]) throws(StorageError) -> PartPage {
    let (values, rows) = try rows(of: document, root: "ListPartsResult", named: ["Part"])
    var parts: [StoredPart] = []
    for row in rows {
      guard let number = row.values["PartNumber"].flatMap({ Int($0) }), (1...10_000).contains(number) else {
        throw missing("PartNumber")
      }
      guard let size = row.values["Size"].flatMap({ Int64($0) }), size >= 0 else { throw missing("Size") }
      guard let eTag = row.values["ETag"] else { throw missing("ETag") }
      let crc = row.values["HashCrc64ecma"].flatMap { Checksum(crc64xzDecimal: $0) }
      parts.append(
        StoredPart(number: number, size: size, eTag: ETag(eTag), checksums: crc.map { [$0] } ?? []))
    }
    guard try isTruncated(values) else { return PartPage(parts: parts) }
    guard let next = values["NextPartNumberMarker"].flatMap({ Int($0) }) else {
      throw missing("NextPartNumberMarker")
    }
    return PartPage(parts: parts, next: next)
  }

  static func uploads(_ document: [UInt8], plusIsSpace: Bool) throws(StorageError) -> UploadPage {
    let (values, rows) = try rows(of: document, root: "ListMultipartUploadsResult", named: ["Upload"])
    let names = NameDecoding(values, plusIsSpace: plusIsSpace)
    var uploads: [OpenUpload] = []
    for row in rows {
      guard let id = row.values["UploadId"], !id.isEmpty else { throw missing("UploadId") }
      uploads.append(
        OpenUpload(
          key: try names.key(row.values["Key"], "Key"), id: UploadID(id),
          startedAt: row.values["Initiated"].flatMap { Timestamp(iso8601: $0) }))
    }
    guard try isTruncated(values) else { return UploadPage(uploads: uploads) }
    let key = try names.key(values["NextKeyMarker"], "NextKeyMarker")
    return UploadPage(
      uploads: uploads, next: (key, UploadID(values["NextUploadIdMarker"] ?? "")))
  }
}

/// How the names of a page are spelt: percent-encoded only where the page says so.
struct NameDecoding {
  private let isEncoded: Bool
  private let plusIsSpace: Bool

  init(_ values: [String: String], plusIsSpace: Bool) {
    isEncoded = values["EncodingType"]?.lowercased() == "url"
    self.plusIsSpace = plusIsSpace
  }

  func key(_ text: String?, _ name: String) throws(StorageError) -> ObjectKey {
    guard let text, !text.isEmpty else { throw StoreDocuments.missing(name) }
    return try prefix(text, name)
  }

  func prefix(_ text: String, _ name: String) throws(StorageError) -> ObjectKey {
    guard isEncoded else { return ObjectKey(text) }
    guard let bytes = URIEncoding.decode(text, plusIsSpace: plusIsSpace) else {
      throw StoreDocuments.missing(name)
    }
    return ObjectKey(bytes: bytes)
  }
}
