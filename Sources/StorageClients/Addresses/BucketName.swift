/// The rules for the names of buckets.
enum BucketName {
  /// Why S3 has no bucket of this name, or nil where it may.
  static func refusalByS3(_ name: Substring) -> String? {
    refusal(name, vendor: "an S3", extra: [UInt8(ascii: "-"), UInt8(ascii: ".")], also: "hyphens and dots")
      ?? (name.contains("..") ? "an S3 bucket name has no two dots in a row" : nil)
  }

  /// Why OSS has no bucket of this name, or nil where it may.
  static func refusalByOSS(_ name: Substring) -> String? {
    refusal(name, vendor: "an OSS", extra: [UInt8(ascii: "-")], also: "hyphens")
  }

  private static func refusal(_ name: Substring, vendor: String, extra: [UInt8], also: String) -> String? {
    guard !name.isEmpty else { return "it names no bucket" }
    guard (3...63).contains(name.utf8.count) else {
      return "\(vendor) bucket name has 3 to 63 characters, this one has \(name.utf8.count)"
    }
    guard name.utf8.allSatisfy({ isAlphanumeric($0) || extra.contains($0) }) else {
      return "\(vendor) bucket name has lower-case letters, digits, \(also) only"
    }
    guard let first = name.utf8.first, let last = name.utf8.last, isAlphanumeric(first), isAlphanumeric(last)
    else { return "\(vendor) bucket name starts and ends with a letter or a digit" }
    return nil
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (97...122).contains(byte)
  }
}
