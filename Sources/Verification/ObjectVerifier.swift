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
    var look = try await asked(pair)
    guard look.destination != nil else { return look.verified(policy.judge(look.file)) }
    var verdict = policy.judge(look.file)
    var mustRead = mustRead
    while let next = nextReading(look, verdict, mustRead: mustRead) {
      mustRead = false
      try await run(next, into: &look)
      verdict = policy.judge(look.file)
    }
    return look.verified(verdict)
  }

  private func asked(_ pair: AuditPair) async throws(VerificationFailure) -> Look {
    let attributes = try await on(.source) { () throws(StorageError) in
      let attributes = try await retrying.run { _ throws(StorageError) in
        try await source.head(pair.source.key, part: nil)
      }
      try requireListed(pair.source, attributes)
      return attributes
    }
    var look = Look(pair, attributes, source: source.location.kind, clock: retrying.clock)
    look.file.acceptsImported = settings.acceptsImported
    if settings.acceptsImported { try await addImported(to: &look) }
    do throws(StorageError) {
      look.add(
        destination: try await retrying.run { _ throws(StorageError) in
          try await destination.head(pair.destinationKey, part: nil)
        }, kind: destination.location.kind)
    } catch  where error.code == .notFound {
      return look
    } catch {
      throw VerificationFailure(.destination, error)
    }
    if settings.comparesTags { try await compareTags(&look) }
    return look
  }

  private func requireListed(
    _ listed: ListedObject, _ attributes: ObjectAttributes
  ) throws(StorageError) {
    let isSameTag =
      if let one = listed.eTag, let other = attributes.eTag { one.isSame(as: other) } else { true }
    guard attributes.size == listed.size, isSameTag else {
      throw StorageError(
        .preconditionFailed,
        "the object changed after it was listed: \(listed.size) bytes then, \(attributes.size) now",
        key: listed.key)
    }
  }

  private func addImported(to look: inout Look) async throws(VerificationFailure) {
    for (side, key) in [(Side.source, look.pair.source.key), (.destination, look.pair.destinationKey)] {
      do throws(LedgerError) {
        look.add(imported: try await ledger.importedDigests(side, key))
      } catch {
        throw VerificationFailure(
          side, StorageError(.localFault, "the ledger cannot be read: \(error.message)", key: key))
      }
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
