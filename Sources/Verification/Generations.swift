import AuditLedger
import ObjectStorage

/// How far apart two times of one change can be: answers give seconds where listings give milliseconds, and stores
/// cut or round.
private let roundingMilliseconds: UInt64 = 2000

extension Timestamp {
  /// Whether another instant is more than rounding away.
  func isApart(from other: Timestamp) -> Bool {
    let (difference, isFar) = millisecondsSinceEpoch.subtractingReportingOverflow(
      other.millisecondsSinceEpoch)
    return isFar || difference.magnitude > roundingMilliseconds
  }
}

extension Generation {
  /// Whether something that both know differs: size, entity tag, version, or the time of the last change.
  func contradicts(_ other: Generation) -> Bool {
    guard size == other.size else { return true }
    if let one = eTag, let two = other.eTag, !one.isSame(as: two) { return true }
    if let one = versionID, let two = other.versionID, one != two { return true }
    return wasChangedApart(from: other)
  }

  /// Whether both know when they were changed last, and it was not at one time.
  func wasChangedApart(from other: Generation) -> Bool {
    guard let one = lastModifiedAt, let two = other.lastModifiedAt else { return false }
    return one.isApart(from: two)
  }

  /// The same with what an answer adds to it.
  func filled(from answer: Generation) -> Generation {
    Generation(
      eTag: eTag ?? answer.eTag, versionID: versionID ?? answer.versionID, size: size,
      lastModifiedAt: lastModifiedAt ?? answer.lastModifiedAt)
  }
}
