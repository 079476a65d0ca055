public import AuditLedger
import Checksums
public import NIOCore
public import ObjectStorage

/// Copies one object, or compares it where it is there already, and reports what it saw.
///
/// It never says that an object is right: that is the verifier's word, and it rests on the observation.
public final class Copier: Sendable {
  let source: any ObjectReader
  let destination: any ObjectWriter
  let sourceKind: StoreLocation.Kind
  let destinationKind: StoreLocation.Kind
  public let ledger: Ledger
  let settings: CopySettings
  public let retrying: Retrying
  let memory: ByteBudget
  let pace: TransferPace
  let eventLoops: any EventLoopGroup
  let board = MD5Board()

  public init(
    source: any ObjectReader, destination: any ObjectWriter, ledger: Ledger, settings: CopySettings,
    retrying: Retrying, memory: ByteBudget, pace: TransferPace, eventLoops: any EventLoopGroup
  ) {
    self.source = source
    self.destination = destination
    sourceKind = source.location.kind
    destinationKind = destination.location.kind
    self.ledger = ledger
    self.settings = settings
    self.retrying = retrying
    self.memory = memory
    self.pace = pace
    self.eventLoops = eventLoops
  }

  /// Sends the object.
  ///
  /// Unless `mayReplace`, a key that exists at the destination is an `already-exists` failure and keeps its bytes.
  /// `begun` is what came of a copy of the same item that was tried without a task.
  public func copy(
    _ item: WorkItem, mayReplace: Bool, begun: BegunCopy? = nil
  ) async throws(CopyFailure) -> Observation {
    if settings.goesInOnePut(item.source, destination.limits) {
      if let left = item.started { await uploads.drop(left) }
      return try await pace.stream(of: item.source.size) { () throws(CopyFailure) in
        try await SingleCopy(copier: self, item: item, mayReplace: mayReplace, begun: begun).run()
      }
    }
    // Each of its parts waits for a place of its own.
    return try await MultipartCopy(copier: self, item: item, mayReplace: mayReplace).run()
  }

  /// The memory that a stream of so many bytes can hold: three of the transport's large buffers, one that is read into
  /// and two whose bytes have not left; of a short one its bytes, and what its last buffer has room for.
  static func memory(of bytes: Int64) -> Int64 {
    let buffer: Int64 = 2 << 20
    return bytes <= TransferPace.smallBytes ? bytes : min(bytes.addingSaturated(buffer), 3 * buffer)
  }

  /// What drops uploads at the destination.
  public var uploads: LeftUploads {
    LeftUploads(destination: destination, ledger: ledger, retrying: retrying)
  }

  func headOfSource(_ item: WorkItem) async throws(CopyFailure) -> ObjectAttributes {
    try await on(.source) { () throws(StorageError) in
      let attributes = try await retrying.run { _ throws(StorageError) in
        try await source.head(item.source.key, part: nil)
      }
      try requireSame(item.source, attributes)
      return attributes
    }
  }

  /// The digests that a copy of what an answer brings computes.
  func plan(for attributes: ObjectAttributes) -> DigestPlan {
    DigestPlan(
      source: attributes.checksums, destination: destinationKind,
      contentMD5Honoured: settings.contentMD5Honoured)
  }

  /// Writes down an object that goes in one request.
  ///
  /// Without an MD5 of the source a run that is killed could not tell its own object from somebody else's.
  func remember(_ item: WorkItem) async throws(CopyFailure) {
    try await remember(
      StartedTransfer(
        key: item.source.key, destinationKey: item.destinationKey, source: item.source.generation,
        upload: nil, startedAt: retrying.clock.now()))
  }

  /// Writes down, before the request that stores it, that what may stand at the destination is ours.
  func remember(_ started: StartedTransfer) async throws(CopyFailure) {
    try await writing { ledger throws(LedgerError) in try await ledger.record(started) }
  }

  func reading<Value: Sendable>(
    _ body: (Ledger) async throws(LedgerError) -> Value
  ) async throws(CopyFailure) -> Value {
    do {
      return try await body(ledger)
    } catch {
      throw CopyFailure(
        .destination, StorageError(.localFault, "the ledger cannot be read: \(error.message)"))
    }
  }

  func writing(_ body: (Ledger) async throws(LedgerError) -> Void) async throws(CopyFailure) {
    do {
      try await body(ledger)
    } catch {
      throw CopyFailure(
        .destination, StorageError(.localFault, "the ledger cannot be written: \(error.message)"))
    }
  }

  /// Throws where the source is not the generation that the inventory row names.
  ///
  /// Another size under the same ETag, or under none where the inventory row has one, is no other generation: the
  /// answer is wrong, and another try may help.
  func requireSame(_ listed: ListedObject, _ attributes: ObjectAttributes) throws(StorageError) {
    let isSameTag: Bool? =
      switch (listed.eTag, attributes.eTag) {
      case (let one?, let other?): one.isSame(as: other)
      default: nil
      }
    let isNamed = isSameTag == true || (listed.eTag != nil && attributes.eTag == nil)
    if isNamed, attributes.size != listed.size {
      throw StorageError(
        .lengthDiffers,
        "the store answered with \(attributes.size) bytes of an object of \(listed.size), and with no other ETag",
        key: listed.key)
    }
    guard attributes.size == listed.size, isSameTag != false else {
      throw StorageError(
        .preconditionFailed,
        "the object changed after it was listed: \(listed.size) bytes then, \(attributes.size) now",
        key: listed.key)
    }
  }

  /// Throws where one answer speaks of another generation of the source than an earlier answer.
  func requireSame(
    _ first: ObjectAttributes, _ later: ObjectAttributes, _ key: ObjectKey
  ) throws(StorageError) {
    let isSame =
      switch (first.eTag, later.eTag) {
      case (let one?, let other?): one.isSame(as: other)
      default: first.lastModifiedAt == later.lastModifiedAt
      }
    guard isSame, first.versionID == nil || later.versionID == nil || first.versionID == later.versionID
    else {
      throw StorageError(.preconditionFailed, "the object changed between two reads", key: key)
    }
  }
}
