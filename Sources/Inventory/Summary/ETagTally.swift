import ObjectStorage

/// The kinds of ETags in a listing; what a kind is worth as a digest is for HEAD or GET to say.
public struct ETagTally: Hashable, Sendable {
  /// 32 hexadecimal digits: an MD5 unless the object is encrypted with a key of its own.
  public private(set) var md5: Int64 = 0
  /// Of a multipart upload, by its number of parts.
  public private(set) var multipart: Int64 = 0
  public private(set) var parts = Histogram.parts
  /// Parts of all multipart objects.
  public private(set) var allParts: Int64 = 0
  /// A tag of another form.
  public private(set) var other: Int64 = 0
  public private(set) var none: Int64 = 0

  mutating func add(_ object: ListedObject) {
    switch object.eTag?.shape {
    case .md5: md5 += 1
    case .multipart(let count):
      multipart += 1
      parts.add(Int64(count), size: object.size)
      allParts = allParts.addingSaturated(Int64(count))
    case .other: other += 1
    case nil: none += 1
    }
  }
}
