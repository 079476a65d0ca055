/// A storage class as a vendor spells it, and what follows from it; nil where a listing names none.
public struct StorageClass: Hashable, Sendable {
  public let name: String?

  public init(_ name: String?) {
    self.name = name
  }

  /// How an object of the class can be read, as far as a listing tells.
  public enum Access: Hashable, Sendable {
    case immediate
    /// The class moves objects to an archive by itself, and no listing says which.
    case maybeArchived
    /// Reading is refused unless the object was restored; its class stays the same then.
    case archived
  }

  /// How an object of the class can be read.
  ///
  /// | class | access |
  /// | --- | --- |
  /// | `GLACIER`, `DEEP_ARCHIVE` (S3); `Archive`, `ColdArchive`, `DeepColdArchive` (OSS) | archived |
  /// | `INTELLIGENT_TIERING` | maybe archived |
  /// | an unknown class with `ARCHIVE` or `GLACIER` in its name | archived |
  /// | `GLACIER_IR`, every other class, and none | immediate |
  public var access: Access {
    guard let name, !isDefault else { return .immediate }
    if let known = Self.known[name] { return known }
    let capitals = name.uppercased()
    return Self.archiveWords.contains { capitals.contains($0) } ? .archived : .immediate
  }

  /// Whether it is the class that a store takes where nobody asks for one.
  public var isDefault: Bool { name == nil || name == "STANDARD" || name == "Standard" }

  private static let known: [String: Access] = [
    "GLACIER": .archived, "DEEP_ARCHIVE": .archived, "Archive": .archived, "ColdArchive": .archived,
    "DeepColdArchive": .archived, "INTELLIGENT_TIERING": .maybeArchived, "GLACIER_IR": .immediate,
    "STANDARD_IA": .immediate, "ONEZONE_IA": .immediate, "IA": .immediate,
  ]
  private static let archiveWords = ["ARCHIVE", "GLACIER"]
}
