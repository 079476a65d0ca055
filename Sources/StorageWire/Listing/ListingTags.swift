import CLibXML2

/// The elements of a listing that say something; namespaces are ignored.
enum ListingTag: String, CaseIterable {
  case listBucketResult = "ListBucketResult"
  case listVersionsResult = "ListVersionsResult"

  case contents = "Contents"
  case commonPrefixes = "CommonPrefixes"
  case version = "Version"
  case deleteMarker = "DeleteMarker"

  case name = "Name"
  case prefix = "Prefix"
  case delimiter = "Delimiter"
  case encodingType = "EncodingType"
  case keyCount = "KeyCount"
  case isTruncated = "IsTruncated"
  case marker = "Marker"
  case startAfter = "StartAfter"
  case continuationToken = "ContinuationToken"
  case keyMarker = "KeyMarker"
  case versionIDMarker = "VersionIdMarker"
  case nextMarker = "NextMarker"
  case nextContinuationToken = "NextContinuationToken"
  case nextKeyMarker = "NextKeyMarker"
  case nextVersionIDMarker = "NextVersionIdMarker"

  case key = "Key"
  case size = "Size"
  case eTag = "ETag"
  case lastModified = "LastModified"
  case storageClass = "StorageClass"
  case type = "Type"
  case versionID = "VersionId"
  case isLatest = "IsLatest"

  static let roots: Set<ListingTag> = [.listBucketResult, .listVersionsResult]

  /// Whether the element is a row, whatever the page.
  var isEntry: Bool {
    switch self {
    case .contents, .commonPrefixes, .version, .deleteMarker: true
    default: false
    }
  }

  /// Whether a page of this root may have the row.
  func admits(_ entry: ListingTag) -> Bool {
    switch entry {
    case .commonPrefixes: true
    case .contents: self == .listBucketResult
    case .version, .deleteMarker: self == .listVersionsResult
    default: false
    }
  }
}

/// Element names as the parser's own dictionary holds them, so that comparing pointers is enough.
struct ListingTags {
  private var tags: [UnsafePointer<UInt8>: ListingTag] = [:]

  init() {}

  init(_ dictionary: xmlDictPtr?) {
    for tag in ListingTag.allCases {
      guard let name = xmlDictLookup(dictionary, tag.rawValue, Int32(tag.rawValue.utf8.count)) else {
        continue
      }
      tags[name] = tag
    }
  }

  func tag(_ name: UnsafePointer<UInt8>?) -> ListingTag? { name.flatMap { tags[$0] } }
}
