import Inventory
public import ObjectStorage

/// What was found for one reason: how often, how many bytes, and the first few.
public struct PreflightNotes: Hashable, Sendable {
  /// A key of the source, and what is the matter with it, safe to show; empty where the reason says it all.
  public struct Example: Hashable, Sendable {
    public var key: ObjectKey
    public var detail: String
  }

  public static let mostExamples = 5

  public private(set) var objects: Int64 = 0
  public private(set) var bytes: Int64 = 0
  public private(set) var examples: [Example] = []

  mutating func add(_ object: ListedObject, _ detail: @autoclosure () -> String = "") {
    objects += 1
    bytes = bytes.addingSaturated(object.size)
    if examples.count < Self.mostExamples { examples.append(Example(key: object.key, detail: detail())) }
  }
}
