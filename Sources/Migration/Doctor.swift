public import AuditLedger
import Checksums
public import NIOCore
public import ObjectStorage
import Transfers

/// One thing that the doctor looked at.
public struct Finding: Sendable {
  public enum Health: String, Sendable {
    case good
    /// Works, with a consequence that one should know.
    case notice
    case bad
  }

  public var side: Side
  /// What was looked at, such as `list`.
  public var check: String
  public var health: Health
  public var text: String

  public init(_ side: Side, _ check: String, _ health: Health, _ text: String) {
    self.side = side
    self.check = check
    self.health = health
    self.text = text
  }
}

/// Looks at both sides before a migration and says what will not work; stores no object.
public struct Doctor: Sendable {
  private let source: RunSide<any ObjectReader>
  private let destination: RunSide<any ObjectWriter>
  private let retrying: Retrying
  private let eventLoop: any EventLoop
  private let report: @Sendable (Finding) -> Void

  public init(
    source: RunSide<any ObjectReader>, destination: RunSide<any ObjectWriter>, retrying: Retrying,
    eventLoop: any EventLoop, report: @escaping @Sendable (Finding) -> Void
  ) {
    self.source = source
    self.destination = destination
    self.retrying = retrying
    self.eventLoop = eventLoop
    self.report = report
  }

  public var sourceLocation: StoreLocation { source.store.location }
  public var destinationLocation: StoreLocation { destination.store.location }

  /// Looks at everything; reports each finding as soon as it is known.
  public func examine() async {
    await examine(.source, source.store, source.prefix)
    await examine(.destination, destination.store, destination.prefix)
    await examineWriting()
  }

  private func examine(_ side: Side, _ store: any ObjectReader, _ prefix: ObjectKey) async {
    do {
      let page = try await retrying.run { _ throws(StorageError) in
        try await store.list(prefix: prefix, from: nil)
      }
      let more = page.next == nil ? "" : ", and there are more"
      report(Finding(side, "list", .good, "\(page.objects.count) keys on the first page\(more)"))
      report(
        page.isByteExact
          ? Finding(side, "listing encoding", .good, "keys are listed byte for byte")
          : Finding(
            side, "listing encoding", .notice,
            "keys are listed as plain XML although encoding was asked for: a key with control characters cannot be listed"
          ))
      await examineAbsentKey(side, store, prefix)
      if let object = page.objects.first(where: { $0.size > 0 }) {
        await examineObject(side, store, object)
      } else {
        report(
          Finding(side, "read", .notice, "no object with bytes on the first page, so reading was not tried"))
      }
    } catch {
      report(Finding(side, "list", .bad, "\(error)"))
    }
  }

  private func examineAbsentKey(_ side: Side, _ store: any ObjectReader, _ prefix: ObjectKey) async {
    let key = ObjectKey(bytes: prefix.bytes + Array(".tranship-no-such-key".utf8))
    do {
      _ = try await store.head(key, part: nil)
      report(Finding(side, "absent key", .notice, "a key that nobody should have exists: \(key.shown)"))
    } catch  where error.code == .notFound {
      report(Finding(side, "absent key", .good, "a missing key is answered as missing"))
    } catch  where error.code == .accessDenied && !prefix.bytes.isEmpty {
      // A right to list that is limited to a prefix does not reach a request that names none.
      report(
        Finding(
          side, "absent key", .notice,
          "a missing key is answered as forbidden, as where the right to list is limited to a prefix: an object that "
            + "goes while a run is under way gets access-denied and not source-gone"))
    } catch {
      report(
        Finding(
          side, "absent key", .bad,
          "a missing key is answered with \(error.code.rawValue), so a lost object could not be told from a forbidden "
            + "one; give the right to list the bucket"))
    }
  }

  private func examineObject(_ side: Side, _ store: any ObjectReader, _ object: ListedObject) async {
    do {
      let attributes = try await store.head(object.key, part: nil)
      let digests = attributes.checksums.map(\.algorithm.rawValue).joined(separator: ", ")
      report(
        digests.isEmpty
          ? Finding(
            side, "digests", .notice,
            "\(object.key.shown) has no usable digest: its copies are proven `streamed`")
          : Finding(side, "digests", .good, "\(object.key.shown) has \(digests)"))
      try await read(side, store, object)
      try await examineConditions(side, store, object)
    } catch  where error.code == .archived {
      report(Finding(side, "read", .notice, "\(object.key.shown) is archived and must be restored first"))
    } catch {
      report(Finding(side, "read", .bad, "\(error)"))
    }
  }

  private func read(_ side: Side, _ store: any ObjectReader, _ object: ListedObject)
    async throws(StorageError)
  {
    let download = try await store.get(
      object.key, range: ByteRange(offset: 0, length: 1), ifMatch: object.eTag, on: eventLoop)
    let count = try await download.body.drain()
    report(
      count == 1
        ? Finding(side, "read", .good, "one byte of \(object.key.shown) was asked for and came")
        : Finding(side, "read", .bad, "one byte of \(object.key.shown) was asked for, \(count) came"))
  }

  private func examineConditions(
    _ side: Side, _ store: any ObjectReader, _ object: ListedObject
  ) async throws(StorageError) {
    let false32 = ETag("00000000000000000000000000000000")
    do {
      let download = try await store.get(
        object.key, range: ByteRange(offset: 0, length: 1), ifMatch: false32, on: eventLoop)
      download.body.cancel()
      report(
        Finding(
          side, "if-match", .notice,
          "If-Match is not honoured: an object that changes while it is read is noticed by its ETag only"))
    } catch  where error.code == .preconditionFailed {
      report(Finding(side, "if-match", .good, "another generation is refused"))
    }
  }

  private func examineWriting() async {
    let probe = ContentMD5Probe(
      destination: destination.store, retrying: retrying, eventLoop: eventLoop,
      mark: "doctor-\(retrying.clock.now().millisecondsSinceEpoch)")
    do {
      report(
        try await probe.run(under: destination.prefix)
          ? Finding(
            .destination, "content-md5", .good,
            "uploads may begin and be dropped; a false Content-MD5 is refused")
          : Finding(
            .destination, "content-md5", .notice,
            "uploads may begin and be dropped; a false Content-MD5 is taken, so MD5s are computed here"))
    } catch {
      report(Finding(.destination, "write", .bad, "\(error)"))
    }
  }
}
