/// Two digests of one algorithm that are equal.
///
/// No value of this type exists for unequal digests, so whatever needs one cannot be reached by mistake.
public struct ChecksumMatch: Hashable, Sendable {
  public let checksum: Checksum

  /// Nil unless algorithm, part count and every byte agree.
  public init?(_ one: Checksum, _ other: Checksum) {
    guard one == other else { return nil }
    checksum = one
  }
}
