import ObjectStorage

/// A right that requests to a store need, with what the vendors call it.
///
/// One right covers every call that the vendor's documentation puts under it: all of an upload but its abort is one.
enum AccessRight: CaseIterable, Sendable {
  case list
  case listVersions
  case readVersioning
  case read
  case readAttributes
  case readTags
  case restore
  case write
  case writeTags
  case listUploads
  case listParts
  case abortUpload

  /// What an address and the commands that use it as the source ask for; nothing that writes.
  static let ofSource: [AccessRight] = [
    .list, .listVersions, .readVersioning, .read, .readAttributes, .readTags,
  ]

  /// What the destination is asked for: it is listed and read too, to see what is there and to prove it.
  static let ofDestination: [AccessRight] = [
    .list, .listUploads, .read, .readTags, .write, .writeTags, .listParts, .abortUpload,
  ]

  /// Nil where the vendor has no such call.
  func action(of kind: StoreLocation.Kind) -> String? {
    switch kind {
    case .s3: "s3:\(s3Name)"
    case .oss: ossName.map { "oss:\($0)" }
    case .directory, .memory: nil
    }
  }

  /// What the right is about, and whether a condition on the listed prefix can limit it.
  var scope: AccessScope {
    switch self {
    case .list, .listVersions: .listing
    case .readVersioning, .listUploads: .bucket
    case .read, .readAttributes, .readTags, .restore, .write, .writeTags, .listParts, .abortUpload: .objects
    }
  }

  private var s3Name: String {
    switch self {
    case .list: "ListBucket"
    case .listVersions: "ListBucketVersions"
    case .readVersioning: "GetBucketVersioning"
    case .read: "GetObject"
    case .readAttributes: "GetObjectAttributes"
    case .readTags: "GetObjectTagging"
    case .restore: "RestoreObject"
    case .write: "PutObject"
    case .writeTags: "PutObjectTagging"
    case .listUploads: "ListBucketMultipartUploads"
    case .listParts: "ListMultipartUploadParts"
    case .abortUpload: "AbortMultipartUpload"
    }
  }

  private var ossName: String? {
    switch self {
    case .list: "ListObjects"
    case .listVersions: "ListObjectVersions"
    case .readVersioning: "GetBucketVersioning"
    case .read: "GetObject"
    case .readAttributes: nil
    case .readTags: "GetObjectTagging"
    case .restore: "RestoreObject"
    case .write: "PutObject"
    case .writeTags: "PutObjectTagging"
    case .listUploads: "ListMultipartUploads"
    case .listParts: "ListParts"
    case .abortUpload: "AbortMultipartUpload"
    }
  }
}

/// What a right is given for.
enum AccessScope: CaseIterable {
  /// The bucket, limited by the prefix that a listing asks for.
  case listing
  /// The whole bucket: the vendors know no condition.
  case bucket
  case objects
}
