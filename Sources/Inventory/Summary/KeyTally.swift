public import ObjectStorage

/// What is noteworthy about the keys of a listing.
public struct KeyTally: Hashable, Sendable {
  public static let mostExamples = 5

  /// Keys that end in a slash: markers that stand for folders.
  public private(set) var slashMarkers: Int64 = 0
  /// Keys that end in `_$folder$`: the markers of Hadoop.
  public private(set) var hadoopMarkers: Int64 = 0
  public private(set) var notText: Int64 = 0
  /// The first keys that are not UTF-8.
  public private(set) var notTextExamples: [ObjectKey] = []
  /// The first one of the longest keys; nil where there are none.
  public private(set) var longest: ObjectKey?

  private static let hadoopEnding = Array("_$folder$".utf8)

  mutating func add(_ key: ObjectKey) {
    if key.bytes.last == UInt8(ascii: "/") { slashMarkers += 1 }
    if key.bytes.last == UInt8(ascii: "$"),
      key.bytes.suffix(Self.hadoopEnding.count) == Self.hadoopEnding[...]
    {
      hadoopMarkers += 1
    }
    if !key.isText {
      notText += 1
      if notTextExamples.count < Self.mostExamples { notTextExamples.append(key) }
    }
    if longest.map({ $0.bytes.count < key.bytes.count }) ?? true { longest = key }
  }
}
