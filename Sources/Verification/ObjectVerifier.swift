public import AuditLedger
import Checksums
public import NIOCore
public import ObjectStorage

/// Looks at one object on both sides, and reads as little as the verdict needs.
///
/// It cannot write: both sides are readers.
public struct ObjectVerifier: Sendable {
  public let policy: VerificationPolicy
  let source: any ObjectReader
  let destination: any ObjectReader
  let ledger: Ledger
  let settings: VerificationSettings
  let retrying: Retrying
  let reader: DigestReader

  public init(
    source: any ObjectReader, destination: any ObjectReader, ledger: Ledger, settings: VerificationSettings,
    retrying: Retrying, memory: ByteBudget, eventLoops: any EventLoopGroup
  ) {
    self.source = source
    self.destination = destination
    self.ledger = ledger
    self.settings = settings
    self.retrying = retrying
    policy = VerificationPolicy(required: settings.required)
    reader = DigestReader(retrying: retrying, memory: memory, eventLoops: eventLoops)
  }

  /// Asks both sides, and reads where that is allowed and the answers leave the object open, or `mustRead`.
  public func verify(
    _ pair: AuditPair, mustRead: Bool
  ) async throws(VerificationFailure) -> VerifiedObject {
    try await verified(
      pair, try await askedOfSource(pair), try await askedOfDestination(pair), mustRead: mustRead)
  }

  /// The same for an object that was proven earlier; nil where what was proven then holds.
  ///
  /// Also nil for a key that the source has lost: whether the destination is still the one that was proven is then
  /// all that can be asked, and `source-gone` is thrown where it is not.
  public func recheck(_ pair: AuditPair) async throws(VerificationFailure) -> VerifiedObject? {
    let earlier = try await proven(pair)
    let source = pair.sourceIsThere ? try await askedOfSource(pair) : nil
    let destination = try await askedOfDestination(pair)
    let sourceHolds = source.map { earlier?.holds(.source, $0) ?? false } ?? true
    if sourceHolds, let destination, earlier?.holds(.destination, destination) == true { return nil }
    guard let source else {
      throw VerificationFailure(
        .source, StorageError(.notFound, "the source does not list the key any more", key: pair.source.key))
    }
    return try await verified(pair, source, destination, mustRead: false)
  }

  private func proven(_ pair: AuditPair) async throws(VerificationFailure) -> ProvenState? {
    guard let earlier = pair.earlier else { return nil }
    let key = pair.source.key
    return ProvenState(
      earlier: earlier,
      evidence: try await kept(.source, key) { () throws(LedgerError) in try await ledger.evidence(of: key) })
  }

  private func verified(
    _ pair: AuditPair, _ source: ObjectAttributes, _ destination: ObjectAttributes?, mustRead: Bool
  ) async throws(VerificationFailure) -> VerifiedObject {
    var look = Look(pair, source, source: self.source.location.kind, clock: retrying.clock)
    look.file.acceptsImported = settings.acceptsImported
    guard let destination else { return look.verified(policy.judge(look.file)) }
    look.add(destination: destination, kind: self.destination.location.kind)
    if settings.acceptsImported { try await addImported(to: &look) }
    if settings.comparesTags { try await compareTags(&look) }
    var verdict = policy.judge(look.file)
    var mustRead = mustRead
    while let next = nextReading(look, verdict, mustRead: mustRead) {
      mustRead = false
      try await run(next, into: &look)
      verdict = policy.judge(look.file)
    }
    return look.verified(verdict)
  }

  private func askedOfSource(_ pair: AuditPair) async throws(VerificationFailure) -> ObjectAttributes {
    let attributes = try await on(.source) { () throws(StorageError) in
      let attributes = try await retrying.run { _ throws(StorageError) in
        try await source.head(pair.source.key, part: nil)
      }
      try requireListed(pair.source, attributes)
      return attributes
    }
    return settings.distrustsETags ? attributes.withoutETagDigests : attributes
  }

  /// Nil where the destination does not have the key.
  private func askedOfDestination(
    _ pair: AuditPair
  ) async throws(VerificationFailure) -> ObjectAttributes? {
    do throws(StorageError) {
      let attributes = try await retrying.run { _ throws(StorageError) in
        try await destination.head(pair.destinationKey, part: nil)
      }
      return settings.distrustsETags ? attributes.withoutETagDigests : attributes
    } catch  where error.code == .notFound {
      return nil
    } catch {
      throw VerificationFailure(.destination, error)
    }
  }

  private func requireListed(
    _ listed: ListedObject, _ attributes: ObjectAttributes
  ) throws(StorageError) {
    let isSame: Bool
    if let one = listed.eTag, let other = attributes.eTag, !other.isPlaceholder {
      isSame = one.isSame(as: other)
    } else {
      // Only the time can tell.
      isSame = !listed.generation.wasChangedApart(from: attributes.generation)
    }
    guard attributes.size == listed.size, isSame else {
      throw StorageError(
        .preconditionFailed,
        "the object changed after it was listed: \(listed.size) bytes then, \(attributes.size) now",
        key: listed.key)
    }
  }

  private func addImported(to look: inout Look) async throws(VerificationFailure) {
    for (side, key) in [(Side.source, look.pair.source.key), (.destination, look.pair.destinationKey)] {
      look.add(
        imported: try await kept(side, key) { () throws(LedgerError) in
          try await ledger.importedDigests(side, key)
        })
    }
  }

  /// What the ledger says; one that cannot be read ends the run.
  private func kept<Value: Sendable>(
    _ side: Side, _ key: ObjectKey, _ action: () async throws(LedgerError) -> Value
  ) async throws(VerificationFailure) -> Value {
    do {
      return try await action()
    } catch {
      throw VerificationFailure(
        side, StorageError(.localFault, "the ledger cannot be read: \(error.message)", key: key))
    }
  }

  private func compareTags(_ look: inout Look) async throws(VerificationFailure) {
    let (sourceKey, destinationKey) = (look.pair.source.key, look.pair.destinationKey)
    let ones = try await tags(.source, source, sourceKey)
    let others = try await tags(.destination, destination, destinationKey)
    guard let ones, let others else {
      look.notes.append("tags were not compared: one side does not show them")
      return
    }
    look.add(MetadataComparison.compare(tags: ones, with: others))
  }

  /// Nil where the store has none or the caller may not see them; that is no fault of the object.
  private func tags(
    _ side: Side, _ store: any ObjectReader, _ key: ObjectKey
  ) async throws(VerificationFailure) -> [ObjectTag]? {
    do {
      return try await retrying.run { _ throws(StorageError) in try await store.tags(key) }
    } catch  where error.code == .accessDenied {
      return nil
    } catch {
      throw VerificationFailure(side, error)
    }
  }
}
