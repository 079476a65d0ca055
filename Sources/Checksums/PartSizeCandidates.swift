/// The ways in which clients usually cut an object, for a multipart ETag whose part sizes nobody tells.
public enum PartSizeCandidates {
  /// The most cuts that are tried on one object: each is a running MD5 over all of its bytes.
  public static let most = 16

  /// Cuts of an object into that many parts, the likeliest first.
  public static func of(objectSize: Int64, partCount: Int) -> [PartBoundaries] {
    guard objectSize > 0, partCount > 0, partCount <= PartBoundaries.mostParts else { return [] }
    var found: [PartBoundaries] = []
    for size in usual(objectSize, partCount) {
      guard found.count < most else { break }
      guard let cut = PartBoundaries(objectSize: objectSize, partSize: size), cut.count == partCount,
        !found.contains(cut)
      else { continue }
      found.append(cut)
    }
    return found
  }

  private static let mebibyte: Int64 = 1 << 20
  private static let megabyte: Int64 = 1_000_000

  /// 8 MiB is the AWS CLI's and boto3's size, 16 that of newer SDKs and of MinIO, 5 that of rclone and s5cmd's
  /// smallest, 15 s3cmd's, 64 and 128 MinIO's and Hadoop's, 10 Cyberduck's, 50 s5cmd's.
  private static let favourites: [Int64] = [8, 16, 5, 15, 10, 64, 50, 100, 128, 32, 25, 20, 6, 7, 12, 24]

  private static func usual(_ objectSize: Int64, _ partCount: Int) -> [Int64] {
    // One part is the whole, whatever size was set.
    if partCount == 1 { return [objectSize] }
    let count = Int64(partCount)
    let smallest = (objectSize - 1) / count + 1
    let largest = (objectSize - 1) / (count - 1)
    // Not every number of equal parts is possible: 10 bytes are never cut into 7.
    guard smallest <= largest else { return [] }
    var sizes = favourites.map { $0 * mebibyte } + favourites.map { $0 * megabyte }
    sizes += [256, 512, 1024, 200, 250, 500, 48, 96, 2048, 5120].flatMap { [$0 * mebibyte, $0 * megabyte] }
    let mebibytes = roundNumbers(from: smallest, through: largest, unit: mebibyte)
    // Where only a few round sizes are possible, one of them is likelier than equal parts.
    sizes += grown(objectSize) + mebibytes.prefix(4) + [smallest] + mebibytes.dropFirst(4)
    sizes += roundNumbers(from: smallest, through: largest, unit: megabyte)
    sizes.append(largest)
    return sizes.filter { (smallest...largest).contains($0) }
  }

  /// What clients take where their usual size would need more than 10,000 parts.
  ///
  /// rclone rounds up to whole MiB, the AWS CLI doubles 8 MiB, the AWS SDK for Java takes the bare quotient, MinIO's
  /// clients round up to 16 or 64 MiB.
  private static func grown(_ objectSize: Int64) -> [Int64] {
    let least = (objectSize - 1) / 10_000 + 1
    let wholeMebibytes = ((least - 1) / mebibyte + 1) * mebibyte
    var doubled = 8 * mebibyte
    while doubled < least { doubled *= 2 }
    let steps = [16 * mebibyte, 64 * mebibyte].map { ((least - 1) / $0 + 1) * $0 }
    return [wholeMebibytes, doubled, least] + steps
  }

  private static func roundNumbers(from first: Int64, through last: Int64, unit: Int64) -> [Int64] {
    let start = (first - 1) / unit + 1
    return (0..<Int64(most)).map { (start + $0) * unit }.filter { $0 <= last }
  }
}
