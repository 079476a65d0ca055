import AuditLedger
import Checksums
import ObjectStorage

/// The digests of one case, sorted by who computed them.
struct Digests {
  private let source: [Checksum]
  private let stream: [Checksum]
  private let destination: [Checksum]
  private let readBack: [Checksum]
  private let sentAndEnforced: Checksum?
  private let destinationMD5IsCertain: Bool
  private let hadOtherGeneration: Bool

  init(_ file: CaseFile) {
    let current = file.evidence.filter { Digests.speaks($0, of: file.listed) }
    hadOtherGeneration = current.count < file.evidence.count
    source = current.filter { $0.side == .source && $0.origin != .streamed }.map(\.checksum)
    stream = current.filter { $0.side == .source && $0.origin == .streamed }.map(\.checksum)
    let stored = current.filter { $0.side == .destination }
    // A digest that we sent and got back says nothing unless the store is known to check it.
    let echo = file.contentMD5Honoured ? nil : file.contentMD5
    destination = stored.filter { $0.origin == .reported || $0.origin == .listed }.map(\.checksum)
      .filter { $0 != echo }
    readBack = stored.filter { $0.origin == .readBack }.map(\.checksum)
    sentAndEnforced = file.contentMD5Honoured ? file.contentMD5 : nil
    destinationMD5IsCertain = file.destinationMD5IsCertain
  }

  private static func speaks(_ evidence: Evidence, of listed: Generation) -> Bool {
    guard evidence.side == .source else { return evidence.generation.size == listed.size }
    guard evidence.generation.size == listed.size else { return false }
    guard let one = evidence.generation.eTag, let other = listed.eTag else { return true }
    return one.isSame(as: other)
  }

  var sourceHasDigest: Bool { source.contains { $0.partCount == nil } }

  /// What is known to differ, in words.
  var difference: String? {
    if let (one, other) = unequal(source, stream) {
      return "the source's \(one.algorithm.rawValue) is \(one.text), the bytes that came have \(other.text)"
    }
    let stored = certain(destination) + readBack
    if let (one, other) = unequal(source, stored) {
      return "the source's \(one.algorithm.rawValue) is \(one.text), the destination's \(other.text)"
    }
    if let (one, other) = unequal(stream, stored, samePartSizes: true) {
      return
        "the bytes that were sent have \(one.algorithm.rawValue) \(one.text), the destination's is \(other.text)"
    }
    return nil
  }

  /// Whether an MD5 differs from what may be an MD5 and may be another kind of ETag.
  var hasOpaqueDifference: Bool {
    guard !destinationMD5IsCertain else { return false }
    return unequal(source + stream, destination.filter { $0.algorithm == .md5 }) != nil
  }

  /// The strongest proof that the equal digests reach, and the match that it rests on.
  var strongest: (Proof, ChecksumMatch)? {
    if let match = equal(source, readBack) { return (.readBack, match) }
    let sourceIsStream = equal(source, stream) != nil || isEnforced
    if let match = equal(source, destination) { return (.endToEnd, match) }
    if let match = equal(stream, destination + readBack) {
      return (sourceIsStream ? .endToEnd : .streamed, match)
    }
    return nil
  }

  /// Why nothing could be compared.
  var absence: UnverifiableReason {
    if hadOtherGeneration && (source + stream).isEmpty { return .otherGeneration }
    return (source + stream).isEmpty || (destination + readBack).isEmpty ? .sizeOnly : .noCommonDigest
  }

  private var isEnforced: Bool {
    guard let sentAndEnforced else { return false }
    return equal(source, [sentAndEnforced]) != nil
  }

  private func certain(_ checksums: [Checksum]) -> [Checksum] {
    destinationMD5IsCertain ? checksums : checksums.filter { $0.algorithm != .md5 }
  }
}

private func equal(_ ones: [Checksum], _ others: [Checksum]) -> ChecksumMatch? {
  for one in ones { for other in others { if let match = ChecksumMatch(one, other) { return match } } }
  return nil
}

/// Two digests of one algorithm over the same span whose bytes differ.
///
/// Multipart ETags rest on their part sizes: a difference counts only where these are known to be the same.
private func unequal(
  _ ones: [Checksum], _ others: [Checksum], samePartSizes: Bool = false
) -> (Checksum, Checksum)? {
  for one in ones where one.algorithm != .multipartETag || samePartSizes {
    for other in others
    where one.algorithm == other.algorithm && one.partCount == other.partCount && one != other {
      return (one, other)
    }
  }
  return nil
}
