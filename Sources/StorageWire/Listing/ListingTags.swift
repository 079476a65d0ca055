import CLibXML2

/// The elements of a listing that say something; namespaces are ignored.
enum ListingTag: CaseIterable {
  case listBucketResult, contents, commonPrefixes
  case name, prefix, isTruncated, nextContinuationToken, nextMarker, keyCount, encodingType
  case key, size, eTag, lastModified, storageClass, type

  var text: String {
    switch self {
    case .listBucketResult: "ListBucketResult"
    case .contents: "Contents"
    case .commonPrefixes: "CommonPrefixes"
    case .name: "Name"
    case .prefix: "Prefix"
    case .isTruncated: "IsTruncated"
    case .nextContinuationToken: "NextContinuationToken"
    case .nextMarker: "NextMarker"
    case .keyCount: "KeyCount"
    case .encodingType: "EncodingType"
    case .key: "Key"
    case .size: "Size"
    case .eTag: "ETag"
    case .lastModified: "LastModified"
    case .storageClass: "StorageClass"
    case .type: "Type"
    }
  }
}

/// Element names as the parser's own dictionary holds them, so that comparing pointers is enough.
struct ListingTags {
  private var tags: [UnsafePointer<UInt8>: ListingTag] = [:]

  init() {}

  init(_ dictionary: xmlDictPtr?) {
    for tag in ListingTag.allCases {
      guard let name = xmlDictLookup(dictionary, tag.text, Int32(tag.text.utf8.count)) else { continue }
      tags[name] = tag
    }
  }

  func tag(_ name: UnsafePointer<UInt8>?) -> ListingTag? { name.flatMap { tags[$0] } }
}
