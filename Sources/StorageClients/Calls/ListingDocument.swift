import ObjectStorage
import StorageWire

/// What a page of a listing was asked for.
struct ListingQuestion {
  var bucket: String
  var prefix: ObjectKey
  var position: ListPosition?
}

/// Reads a page of a listing, strictly: a page that leaves a doubt is refused whole.
enum ListingDocument {
  static func read(
    _ document: [UInt8], asked: ListingQuestion, plusIsSpace: Bool, hasMarkers: Bool
  ) throws(StorageError) -> ListingPage {
    let (values, rows) = try StoreDocuments.rows(
      of: document, root: "ListBucketResult", named: ["Contents", "CommonPrefixes"])
    let names = NameDecoding(values, plusIsSpace: plusIsSpace)
    try check(values, names, answers: asked)
    var page = ListingPage(objects: [])
    for row in rows {
      if row.name == "Contents" {
        page.objects.append(try object(row.values, names))
      } else {
        page.commonPrefixes.append(try names.key(row.values["Prefix"], "Prefix"))
      }
    }
    if let count = values["KeyCount"], Int(count) != rows.count {
      throw StorageError(
        .malformedAnswer, "the page announces \(shownSafely(count)) keys and has \(rows.count)")
    }
    guard Set(page.objects.map(\.key)).count == page.objects.count else {
      throw StorageError(.malformedAnswer, "the page names one key twice")
    }
    page.next = try next(values, names, after: page, hasMarkers: hasMarkers)
    if let next = page.next, next == asked.position {
      throw StorageError(.malformedAnswer, "the page leads to itself: the listing would never end")
    }
    return page
  }

  /// A page that answers another question, from a cache or a proxy, would lose keys without a sign.
  private static func check(
    _ values: [String: String], _ names: NameDecoding, answers asked: ListingQuestion
  ) throws(StorageError) {
    if let bucket = values["Name"], bucket != asked.bucket {
      throw StorageError(.malformedAnswer, "the page is of another bucket, \(shownSafely(bucket))")
    }
    if let prefix = values["Prefix"], try names.prefix(prefix, "Prefix") != asked.prefix {
      throw StorageError(.malformedAnswer, "the page is of another prefix, \(shownSafely(prefix))")
    }
  }

  private static func object(
    _ values: [String: String], _ names: NameDecoding
  ) throws(StorageError) -> ListedObject {
    guard let size = values["Size"].flatMap({ Int64($0) }), size >= 0 else {
      throw StoreDocuments.missing("Size")
    }
    return ListedObject(
      key: try names.key(values["Key"], "Key"), size: size,
      eTag: values["ETag"].flatMap { $0.isEmpty ? nil : ETag($0) },
      lastModifiedAt: values["LastModified"].flatMap { Timestamp(iso8601: $0) },
      storageClass: values["StorageClass"], objectType: values["Type"])
  }

  private static func next(
    _ values: [String: String], _ names: NameDecoding, after page: ListingPage, hasMarkers: Bool
  ) throws(StorageError) -> ListPosition? {
    guard try StoreDocuments.isTruncated(values) else { return nil }
    if !hasMarkers {
      guard let token = values["NextContinuationToken"], !token.isEmpty else {
        throw StoreDocuments.missing("NextContinuationToken")
      }
      return .token(token)
    }
    if let marker = values["NextMarker"] { return .after(try names.key(marker, "NextMarker")) }
    guard let last = page.objects.last else { throw StoreDocuments.missing("NextMarker") }
    return .after(last.key)
  }
}
