public import ObjectStorage

/// What was proven of a key earlier, and of which generations.
public struct EarlierProof: Hashable, Sendable {
  public var proof: Proof
  public var provenAt: Timestamp?
  public var source: Generation
  public var destination: Generation
  /// Whether the source published a digest of the whole object then.
  public var sourceHadDigest: Bool
  /// Whether a digest that somebody else computed is among what it was judged by.
  public var restsOnImported: Bool

  public init(
    proof: Proof, provenAt: Timestamp?, source: Generation, destination: Generation, sourceHadDigest: Bool,
    restsOnImported: Bool = false
  ) {
    self.proof = proof
    self.provenAt = provenAt
    self.source = source
    self.destination = destination
    self.sourceHadDigest = sourceHadDigest
    self.restsOnImported = restsOnImported
  }
}

/// What this job stored at the destination the last time.
public struct WrittenCopy: Hashable, Sendable {
  public var generation: Generation
  /// Whether the destination was seen, in the run that sent it, to refuse a false `Content-MD5`.
  ///
  /// Where it was not, an MD5 that the destination gives for this generation may be the one that was sent.
  public var contentMD5WasChecked: Bool

  public init(_ generation: Generation, contentMD5WasChecked: Bool) {
    self.generation = generation
    self.contentMD5WasChecked = contentMD5WasChecked
  }

  /// Whether this is what stands at the destination, as far as ETags tell.
  public func stands(as there: Generation) -> Bool {
    guard let one = generation.eTag, let other = there.eTag else { return false }
    return one.isSame(as: other) && generation.size == there.size
  }
}

/// A key that an audit has to look at: both inventories' rows, and what is known from before.
public struct AuditPair: Sendable {
  public var source: ListedObject
  /// False where the latest listing of the source does not name the key any more.
  public var sourceIsThere: Bool
  public var destinationKey: ObjectKey
  public var destination: ListedObject?
  public var earlier: EarlierProof?
  /// Nil where this job never sent the key.
  public var written: WrittenCopy?
  /// The plan left the key out or refused it.
  public var isExcluded: Bool
  /// Where the key stands so far; nil where it never had an outcome.
  public var list: ListName?
  /// Filters, and nothing else, left the key out.
  public var isFiltered: Bool

  public init(
    source: ListedObject, sourceIsThere: Bool, destinationKey: ObjectKey, destination: ListedObject?,
    earlier: EarlierProof? = nil, written: WrittenCopy? = nil, isExcluded: Bool = false,
    list: ListName? = nil, isFiltered: Bool = false
  ) {
    self.source = source
    self.sourceIsThere = sourceIsThere
    self.destinationKey = destinationKey
    self.destination = destination
    self.earlier = earlier
    self.written = written
    self.isExcluded = isExcluded
    self.list = list
    self.isFiltered = isFiltered
  }
}
