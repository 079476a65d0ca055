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
  /// Uploads in parts that are begun, and completed.
  public var uploads: Int64 = 0
  public var parts: Int64 = 0
  /// The largest part, or the whole object where it goes in one request; in bytes.
  public var partSize: Int64

  /// What the copier would do with an object that a source of a kind lists.
  ///
  /// The cut of an object with a multipart ETag is not in the listing: the likeliest one stands for what HEAD will tell.
  public init(
    _ object: ListedObject, from source: StoreLocation.Kind, to limits: WriteLimits, _ settings: CopySettings
  ) {
    partSize = object.size
    let cut = Self.likelyCut(object, source)
    if let count = cut?.goal.partCount, count > 1 { heads += 1 }
    guard !settings.goesInOnePut(object, limits) else {
      gets = 1
      puts = 1
      return
    }
    let layout = PartRoute(size: object.size, cut: cut, settings, limits).layout
    heads += 1
    uploads = 1
    parts = Int64(layout.count)
    rangedGets = parts
    partSize = layout.largest
  }

  /// How an object was put together from parts, where its store can be asked for them.
  private static func likelyCut(_ object: ListedObject, _ source: StoreLocation.Kind) -> SourceCut? {
    guard case .multipart(let count) = object.eTag?.shape, let goal = object.eTag?.multipartShape else {
      return nil
    }
    switch source {
    case .s3, .memory: break
    case .oss, .directory: return nil
    }
    let likeliest = PartSizeCandidates.of(objectSize: object.size, partCount: count).prefix(1)
    return SourceCut(
      goal: goal, parts: KnownParts(candidates: Array(likeliest), authority: count > 1 ? .firstPart : .guess))
  }
}
