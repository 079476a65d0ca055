import ObjectStorage

/// The lists of objects to take up again that can be read; the names are those of `--list-format`.
public enum ErrorListFormat: String, CaseIterable, Sendable {
  /// The `_error_list` of Data Online Migration's first generation, and this tool's own.
  case classic
  /// The `_failed_list` of its second generation.
  case current
  /// What `rclone check --combined` writes.
  case rcloneCombined = "rclone-combined"
  /// A manifest of S3 Batch Operations: bucket and key, as CSV.
  case batchManifest = "s3-batch-manifest"
  /// One key a line, as `rclone check --error` writes too.
  case keys

  /// Whether names stand below the address that the list is of, or are whole keys; nil where that is not certain.
  public var namesAreWholeKeys: Bool? {
    switch self {
    case .batchManifest: true
    case .rcloneCombined: false
    case .classic, .current, .keys: nil
    }
  }

  /// How names may be written; where several are possible, something else has to decide.
  public var spellings: [ListedSpelling] {
    switch self {
    case .classic: [.plain, .percent, .percentPlus]
    case .current, .batchManifest: [.percent, .percentPlus]
    case .rcloneCombined: [.rclone, .rcloneDots]
    case .keys: ListedSpelling.allCases
    }
  }
}

/// How a list of names may be written.
public enum ListedSpelling: String, CaseIterable, Sendable {
  /// The bytes of the key.
  case plain
  /// Percent-encoded; a `+` is itself.
  case percent
  /// Percent-encoded, with `+` for a blank.
  case percentPlus = "percent-plus"
  /// With the symbols that rclone shows for control characters.
  case rclone
  /// The same, also with those that it shows for segments of dots.
  case rcloneDots = "rclone-dots"

  /// The bytes that a name stands for; nil where it cannot be one in this spelling.
  public func bytes(of name: ArraySlice<UInt8>) -> [UInt8]? {
    switch self {
    case .plain: return Array(name)
    case .percent: return NameSpelling.isPlain(name) ? nil : Self.decoded(name)
    case .percentPlus:
      guard !NameSpelling.isPlain(name) else { return nil }
      return Self.decoded(name.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }[...])
    case .rclone: return PathName.bytes(of: name, decodesDots: false)
    case .rcloneDots: return PathName.bytes(of: name, decodesDots: true)
    }
  }

  private static func decoded(_ name: ArraySlice<UInt8>) -> [UInt8]? {
    name.text.flatMap { ObjectKey(percentEncoded: $0)?.bytes }
  }
}
