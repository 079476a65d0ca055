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

/// Finds out how a store's object was cut into parts, so that its multipart ETag can be rebuilt.
public struct PartDiscovery: Sendable {
  private let store: any ObjectReader
  private let retrying: Retrying
  /// Asking for every part costs a request each; beyond this many it is done only where wrong bytes are suspected.
  private static let mostRequests = 1000

  public init(store: any ObjectReader, retrying: Retrying) {
    self.store = store
    self.retrying = retrying
  }

  /// The cheapest answer: one request where the store tells part sizes, else the usual sizes of clients.
  ///
  /// Throws only what keeps the object from being looked at at all.
  public func parts(
    of key: ObjectKey, size: Int64, count: Int, eTag: ETag?
  ) async throws(StorageError) -> KnownParts {
    if let first = try await part(1, of: key, eTag: eTag), first.partCount.map({ $0 == count }) ?? true,
      let equal = PartBoundaries(objectSize: size, partSize: first.size), equal.count == count
    {
      return KnownParts(candidates: [equal], authority: .firstPart)
    }
    if let told = try await confirmed(
      key, size: size, count: count, eTag: eTag, mostRequests: Self.mostRequests)
    {
      return KnownParts(candidates: [told], authority: .store)
    }
    return KnownParts(
      candidates: PartSizeCandidates.of(objectSize: size, partCount: count), authority: .guess)
  }

  /// The size of every part, told by the store; nil where it does not tell them all.
  public func confirmed(
    _ key: ObjectKey, size: Int64, count: Int, eTag: ETag?, mostRequests: Int = PartBoundaries.mostParts
  ) async throws(StorageError) -> PartBoundaries? {
    if let told = try await answered({ () throws(StorageError) in try await store.parts(key) }) ?? nil,
      told.parts.count == count, isSame(told.eTag, eTag)
    {
      return PartBoundaries(objectSize: size, sizes: told.parts.map { $0.size })
    }
    guard count > 0, count <= mostRequests else { return nil }
    return PartBoundaries(objectSize: size, sizes: try await sizes(key, size: size, count: count, eTag: eTag))
  }

  /// The sizes of the parts, asked one by one; too few where the store does not tell them.
  private func sizes(
    _ key: ObjectKey, size: Int64, count: Int, eTag: ETag?
  ) async throws(StorageError) -> [Int64] {
    var sizes: [Int64] = []
    var rest = size
    // A store that does not know the question answers with the whole object, and is asked no further.
    while sizes.count < count, let part = try await part(sizes.count + 1, of: key, eTag: eTag),
      part.size <= rest
    {
      sizes.append(part.size)
      rest -= part.size
    }
    return sizes.count == count ? sizes : []
  }

  private func part(
    _ number: Int, of key: ObjectKey, eTag: ETag?
  ) async throws(StorageError) -> ObjectAttributes? {
    let answer = try await answered { () throws(StorageError) in try await store.head(key, part: number) }
    guard let answer, isSame(answer.eTag, eTag) else { return nil }
    return answer
  }

  /// Nil where the store cannot answer such a question, or not in a way that can be understood.
  private func answered<Value: Sendable>(
    _ ask: () async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value? {
    try await retrying.run { _ throws(StorageError) in
      do throws(StorageError) {
        return try await ask()
      } catch {
        guard isNoAnswer(error) else { throw error }
        return nil
      }
    }
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
