public import Checksums

/// How an object of a multipart upload is cut, as far as that is known.
public struct KnownParts: Hashable, Sendable {
  /// Who says so.
  public enum Authority: Hashable, Sendable {
    /// The store told the size of every part.
    case store
    /// The store told the first part's size, and equal parts of it give the right number.
    case firstPart
    /// Sizes that clients usually take.
    case guess
  }

  /// The likeliest first; exactly one unless they are guessed.
  public var candidates: [PartBoundaries]
  public var authority: Authority

  public init(candidates: [PartBoundaries], authority: Authority) {
    self.candidates = candidates
    self.authority = authority
  }
}

/// Finds out how a store's object was cut into parts, so that a digest over its parts' digests can be rebuilt.
///
/// | digest | the store tells | authority |
/// | --- | --- | --- |
/// | multipart ETag of one part | anything | guess: the cut is no question, but whether the tag is a digest is |
/// | composite checksum of one part | anything | store: the part is the whole |
/// | of several parts | the first part, and equal ones fit | first part |
/// | of several parts | every part | store |
/// | of several parts | nothing | guess |
///
/// MinIO gives objects that it did not hash sixteen random bytes and `-1` for an ETag, and answers questions about
/// their part as if they had one.
public struct PartDiscovery: Sendable {
  private let store: any ObjectReader
  private let retrying: Retrying
  /// What a store that tells parts answers for other reasons than that it cannot.
  private static let notSilence: Set<StorageError.Code> = [.malformedAnswer, .accessDenied, .notFound]
  /// How often a question is asked whose answers do not show that the store cannot answer it.
  private static let mostTries = 3
  /// Asking for every part costs a request each; beyond this many it is done only where wrong bytes are suspected.
  private static let mostRequests = 1000

  public init(store: any ObjectReader, retrying: Retrying) {
    self.store = store
    self.retrying = retrying
  }

  /// The digest of those over parts that is best rebuilt; nil where there is none.
  ///
  /// Many MD5s are computed at once, so a multipart ETag is the cheapest, but that of one part need not be a digest.
  public static func goal(among digests: [Checksum]) -> Checksum? {
    let overParts = digests.filter { $0.partCount != nil }
    return overParts.first { $0.algorithm == .multipartETag && $0.partCount != 1 }
      ?? overParts.first { $0.algorithm != .multipartETag } ?? overParts.first
  }

  /// The cheapest answer: one request where the store tells part sizes, else the usual sizes of clients.
  ///
  /// Throws only what keeps the object from being looked at at all.
  public func parts(
    of key: ObjectKey, size: Int64, goal: Checksum, eTag: ETag?
  ) async throws(StorageError) -> KnownParts {
    let count = goal.partCount ?? 1
    if count == 1 {
      return KnownParts(
        candidates: PartSizeCandidates.of(objectSize: size, partCount: 1),
        authority: goal.algorithm == .multipartETag ? .guess : .store)
    }
    if let first = try await part(1, of: key, eTag: eTag), first.partCount.map({ $0 == count }) ?? true,
      let equal = PartBoundaries(objectSize: size, partSize: first.size), equal.count == count
    {
      return KnownParts(candidates: [equal], authority: .firstPart)
    }
    if let told = try await confirmed(
      key, size: size, goal: goal, eTag: eTag, mostRequests: Self.mostRequests)
    {
      return KnownParts(candidates: [told], authority: .store)
    }
    return KnownParts(
      candidates: PartSizeCandidates.of(objectSize: size, partCount: count), authority: .guess)
  }

  /// The size of every part, told by the store; nil where it does not tell them all, and for one part, of which
  /// nothing that it tells is certain.
  ///
  /// A store that has told the first part can tell the others: with `hasToldFirst` an answer about them that is not
  /// understood, or refused for another reason than the question, is thrown and not taken for silence.
  public func confirmed(
    _ key: ObjectKey, size: Int64, goal: Checksum, eTag: ETag?, mostRequests: Int = PartBoundaries.mostParts,
    hasToldFirst: Bool = false
  ) async throws(StorageError) -> PartBoundaries? {
    guard let count = goal.partCount, count > 1 else { return nil }
    if let told = try await answered({ () throws(StorageError) in try await store.parts(key) }) ?? nil,
      told.parts.count == count, isSame(told.eTag, eTag)
    {
      return PartBoundaries(objectSize: size, sizes: told.parts.map { $0.size })
    }
    guard count <= mostRequests else { return nil }
    let sizes = try await sizes(key, size: size, count: count, eTag: eTag, hasToldFirst: hasToldFirst)
    return PartBoundaries(objectSize: size, sizes: sizes)
  }

  /// The sizes of the parts, asked one by one; too few where the store does not tell them.
  private func sizes(
    _ key: ObjectKey, size: Int64, count: Int, eTag: ETag?, hasToldFirst: Bool
  ) async throws(StorageError) -> [Int64] {
    var sizes: [Int64] = []
    var rest = size
    // A store that does not know the question answers with the whole object, and is asked no further.
    while sizes.count < count,
      let part = try await part(sizes.count + 1, of: key, eTag: eTag, hasToldFirst: hasToldFirst),
      part.size <= rest
    {
      sizes.append(part.size)
      rest -= part.size
    }
    return sizes.count == count ? sizes : []
  }

  private func part(
    _ number: Int, of key: ObjectKey, eTag: ETag?, hasToldFirst: Bool = false
  ) async throws(StorageError) -> ObjectAttributes? {
    let answer = try await answered(mustBeUnderstood: hasToldFirst) { () throws(StorageError) in
      try await store.head(key, part: number)
    }
    guard let answer, isSame(answer.eTag, eTag) else { return nil }
    return answer
  }

  /// Nil where the store cannot answer such a question, or never in a way that can be understood.
  private func answered<Value: Sendable>(
    mustBeUnderstood: Bool = false, _ ask: () async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value? {
    var tries = 1
    return try await retrying.run { _ throws(StorageError) in
      while true {
        do throws(StorageError) {
          return try await ask()
        } catch {
          guard isNoAnswer(error) else { throw error }
          if mustBeUnderstood, Self.notSilence.contains(error.code) { throw error }
          guard isUnclear(error), tries < Self.mostTries else { return nil }
          tries += 1
        }
      }
    }
  }

  /// A refusal of HEAD names no cause: a clock and a right look alike, and whoever may read the object has the right.
  private func isUnclear(_ error: StorageError) -> Bool {
    error.code == .malformedAnswer || error.code == .accessDenied && error.vendorCode == nil
  }

  /// Asking such a store again for every object would spend the run's retries on nothing.
  private func isNoAnswer(_ error: StorageError) -> Bool {
    error.disposition == .fail || error.code == .malformedAnswer
      || error.httpStatus.map { [405, 501].contains($0) } == true
  }

  private func isSame(_ one: ETag?, _ other: ETag?) -> Bool {
    guard let one, let other else { return true }
    return one.isSame(as: other)
  }
}
