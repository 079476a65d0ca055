import Checksums
public import ObjectStorage

/// The requests that a copy of one object makes where each succeeds at its first try and the destination does not have
/// the key, by the copier's own rules and from what a listing tells.
public struct CopyEstimate: Hashable, Sendable {
  /// Of the whole object.
  public var gets: Int64 = 0
  /// Of a part of the destination each.
  public var rangedGets: Int64 = 0
  /// Of the object before it is read in parts, and of its first part where its multipart ETag is to be rebuilt.
  public var heads: Int64 = 0
  public var puts: Int64 = 0
  /// Uploads in parts: the open ones are listed, one is begun, and completed.
  public var uploads: Int64 = 0
  public var parts: Int64 = 0
  /// The largest part, or the whole object where it goes in one request; in bytes.
  public var partSize: Int64

  /// What the copier would do with an object that a source of a kind lists.
  ///
  /// Nothing where it is larger than the destination takes: the plan refuses it before a request is made.
  ///
  /// The cut of an object with a multipart ETag is not in the listing: the likeliest one stands for what HEAD will tell.
  public init(
    _ object: ListedObject, from source: StoreLocation.Kind, to limits: WriteLimits, _ settings: CopySettings
  ) {
    partSize = object.size
    guard object.size <= limits.maximumObject else { return }
    let count = Self.partCount(object, source)
    if let count, count > 1 { heads += 1 }
    guard !settings.goesInOnePut(object, limits) else {
      gets = 1
      puts = 1
      return
    }
    let cut = count.flatMap { Self.likelyCut(object, $0) }
    let layout = PartRoute(size: object.size, cut: cut, settings, limits).layout
    heads += 1
    uploads = 1
    parts = Int64(layout.count)
    rangedGets = parts
    partSize = layout.largest
  }

  /// The parts of an object that was put together from parts, where its store can be asked for them.
  private static func partCount(_ object: ListedObject, _ source: StoreLocation.Kind) -> Int? {
    guard case .multipart(let count) = object.eTag?.shape else { return nil }
    switch source {
    case .s3, .memory: return count
    case .oss, .directory: return nil
    }
  }

  private static func likelyCut(_ object: ListedObject, _ count: Int) -> SourceCut? {
    guard let goal = object.eTag?.multipartShape else { return nil }
    let likeliest = PartSizeCandidates.of(objectSize: object.size, partCount: count).prefix(1)
    return SourceCut(
      goal: goal, parts: KnownParts(candidates: Array(likeliest), authority: count > 1 ? .firstPart : .guess))
  }
}
