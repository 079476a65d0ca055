public import StorageClients

/// Why an object cannot land at the destination as it is.
public enum PreflightRefusal: Hashable, Sendable, CaseIterable {
  /// The destination does not take the key.
  case key(KeyRefusal.Reason)
  case tooLarge
  /// The source refuses to read it until it was restored.
  case archived
  /// A link, a device or a pipe in a directory.
  case notAFile
  /// Its key ends in a slash and it has bytes: a folder has none.
  case folderWithBytes
  /// Another key goes on below it, and nothing can be a file and a folder.
  case fileBesideFolder

  public static var allCases: [PreflightRefusal] {
    KeyRefusal.Reason.allCases.map { .key($0) }
      + [.tooLarge, .archived, .notAFile, .folderWithBytes, .fileBesideFolder]
  }

  /// The word for it in reports.
  public var word: String {
    switch self {
    case .key(let reason): reason.rawValue
    case .tooLarge: "object-too-large"
    case .archived: "archived"
    case .notAFile: "not-a-file"
    case .folderWithBytes: "folder-with-bytes"
    case .fileBesideFolder: "file-beside-folder"
    }
  }
}

/// What does not keep an object from landing, and is better known before.
public enum PreflightWarning: String, Hashable, Sendable, CaseIterable {
  /// Equal bytes can be proven only where the source's parts are found and its ETag is rebuilt.
  case multipartETag = "multipart-etag"
  /// The listing has no digest: unless HEAD tells one, the proof is no more than `streamed`.
  case noDigest = "no-digest"
  case storageClassNotCarried = "storage-class-not-carried"
  /// Archive tiers of the class are in no listing; reading may be refused.
  case maybeArchived = "maybe-archived"
  /// A link of OSS: the bytes of its target are what is copied.
  case symbolicLink = "symbolic-link"
  /// `//`: other tools lose one of the slashes.
  case emptySegment = "empty-segment"
  /// `.` or `..` between slashes: other tools, and browsers, resolve them.
  case dotSegment = "dot-segment"
  /// The name differs from one beside it in case or in Unicode normalization only.
  case twinName = "twin-name"
}
