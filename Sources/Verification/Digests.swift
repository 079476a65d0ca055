import AuditLedger
import Checksums
import ObjectStorage

/// The digests of one case, sorted by who computed them.
struct Digests {
  /// What the source's store says of what it stores.
  private let source: [Checksum]
  /// What we computed over bytes that came out of the source, in the copy or in a later read.
  private let stream: [Checksum]
  /// The later read's part of `stream`.
  private let sourceRead: [Checksum]
  /// What the destination's store says of what it stores.
  private let destination: [Checksum]
  /// What we computed over bytes that came out of the destination.
  private let readBack: [Checksum]
  private let sentAndEnforced: Checksum?
  private let file: CaseFile
  /// Sides of which a digest was left out because it speaks of another generation.
  private let otherGenerations: Set<Side>

  init(_ file: CaseFile) {
    self.file = file
    // A digest that we sent and got back says nothing unless the store is known to check it.
    let echo = file.contentMD5Honoured ? nil : file.contentMD5
    var (source, sourceRead, stream): ([Checksum], [Checksum], [Checksum]) = ([], [], [])
    var (destination, imported, readBack): ([Checksum], [Checksum], [Checksum]) = ([], [], [])
    var otherGenerations: Set<Side> = []
    for row in file.evidence where row.origin != .imported || file.acceptsImported {
      guard Digests.speaks(row, file) else {
        otherGenerations.insert(row.side)
        continue
      }
      guard !Digests.isPlaceholder(row) else { continue }
      switch (row.side, row.origin) {
      case (.source, .listed), (.source, .reported), (.source, .imported): source.append(row.checksum)
      case (.source, .readBack): sourceRead.append(row.checksum)
      case (.source, .streamed): stream.append(row.checksum)
      case (.destination, .listed), (.destination, .reported):
        if row.checksum != echo { destination.append(row.checksum) }
      case (.destination, .imported): imported.append(row.checksum)
      case (.destination, .readBack): readBack.append(row.checksum)
      case (.destination, .streamed): break
      }
    }
    self.source = source
    self.sourceRead = sourceRead
    self.stream = both(stream, sourceRead)
    self.destination = both(destination, imported)
    self.readBack = readBack
    self.otherGenerations = otherGenerations
    sentAndEnforced = file.contentMD5Honoured ? file.contentMD5 : nil
  }

  /// Whether a row speaks of what is judged: nothing that both know of the generation differs.
  private static func speaks(_ evidence: Evidence, _ file: CaseFile) -> Bool {
    guard let judged = evidence.side == .source ? file.listed : file.destination else { return false }
    return !evidence.generation.contradicts(judged)
  }

  /// The MD5 of nothing, given to an object that has bytes.
  private static func isPlaceholder(_ evidence: Evidence) -> Bool {
    evidence.generation.size > 0 && evidence.checksum == .md5OfNothing
  }

  var sourceHasDigest: Bool { source.contains { $0.partCount == nil } }

  /// What is known to differ, in words.
  var difference: String? {
    let published = file.sourceMD5IsCertain ? source : source.filter { $0.algorithm != .md5 }
    let samePartSizes = file.partSizesAreTheSources
    if let (one, other) = unequal(published, stream, samePartSizes: samePartSizes) {
      return "the source's \(one.algorithm.rawValue) is \(one.text), the bytes that came have \(other.text)"
    }
    let certain = certain(destination)
    if let (one, other) = unequal(published, certain)
      ?? unequal(published, readBack, samePartSizes: samePartSizes)
    {
      return "the source's \(one.algorithm.rawValue) is \(one.text), the destination's \(other.text)"
    }
    if let (one, other) = unequal(stream, both(certain, readBack))
      ?? unequal([file.uploadETag].compactMap(\.self), certain, samePartSizes: true)
    {
      return
        "the bytes of the source have \(one.algorithm.rawValue) \(one.text), the destination's is \(other.text)"
    }
    if let (one, other) = unequal(certain, readBack) {
      return
        "the destination's \(one.algorithm.rawValue) is \(one.text), the bytes that it gave have \(other.text)"
    }
    return nil
  }

  /// Whether an MD5 differs from what may be an MD5 and may be another kind of ETag.
  var hasOpaqueDifference: Bool {
    // There are no bytes that could differ.
    guard file.listed.size > 0 else { return false }
    // Bytes that were read again and agree with the source settle what the ETag is: not an MD5.
    guard readBack.isEmpty || equal(both(source, sourceRead), readBack) == nil else { return false }
    if !file.destinationMD5IsCertain,
      unequal(source + stream + readBack, destination.filter { $0.algorithm == .md5 }) != nil
    {
      return true
    }
    return !file.sourceMD5IsCertain
      && unequal(source.filter { $0.algorithm == .md5 }, stream + destination + readBack) != nil
  }

  /// The strongest proof that the equal digests reach, and the match that it rests on.
  var strongest: (Proof, ChecksumMatch)? {
    if let match = equal(source, readBack) ?? equal(sourceRead, readBack) { return (.readBack, match) }
    if let match = equal(source, destination) { return (.endToEnd, match) }
    let sourceIsStream = equal(source, stream) != nil || isEnforced
    if sourceIsStream, let match = equal(stream, readBack) { return (.readBack, match) }
    if let match = equal(stream, both(destination, readBack)) {
      return (sourceIsStream ? .endToEnd : .streamed, match)
    }
    return nil
  }

  /// Why nothing could be compared.
  var absence: UnverifiableReason {
    let known = source + stream
    if known.isEmpty {
      if otherGenerations.contains(.source) { return .otherGeneration }
      return file.sourceIsEncrypted ? .encryptedETag : .sizeOnly
    }
    if !readBack.isEmpty, known.allSatisfy({ $0.partCount != nil }) { return .partSizesUnknown }
    guard (destination + readBack).isEmpty else { return .noCommonDigest }
    return otherGenerations.contains(.destination) ? .otherGeneration : .sizeOnly
  }

  private var isEnforced: Bool {
    guard let sentAndEnforced else { return false }
    return equal(source, [sentAndEnforced]) != nil
  }

  private func certain(_ checksums: [Checksum]) -> [Checksum] {
    file.destinationMD5IsCertain ? checksums : checksums.filter { $0.algorithm != .md5 }
  }
}

/// Most of what is judged has one of the two, and nothing is copied then.
private func both(_ ones: [Checksum], _ others: [Checksum]) -> [Checksum] {
  others.isEmpty ? ones : ones.isEmpty ? others : ones + others
}

private func equal(_ ones: [Checksum], _ others: [Checksum]) -> ChecksumMatch? {
  for one in ones { for other in others { if let match = ChecksumMatch(one, other) { return match } } }
  return nil
}

/// Two digests of one algorithm over the same span whose bytes differ.
///
/// Multipart ETags and other composite values rest on their part sizes: a difference counts only where these are
/// known to be the same.
private func unequal(
  _ ones: [Checksum], _ others: [Checksum], samePartSizes: Bool = false
) -> (Checksum, Checksum)? {
  for one in ones where one.partCount == nil || samePartSizes {
    for other in others
    where one.algorithm == other.algorithm && one.partCount == other.partCount && one != other {
      return (one, other)
    }
  }
  return nil
}
