import AuditLedger
import Checksums
import NIOCore
import ObjectStorage
import Synchronization

/// A part that the destination holds, with the digests of what was sent.
struct CopiedPart: Sendable {
  var stored: StoredPart
  var size: Int64
  var streamed: [Checksum]
  /// Digests of the source's parts that lie in this one; empty where they are hashed otherwise or not at all.
  var sourceDigests: [Checksum]
  /// Repeats included.
  var bytesSent: Int64
}

/// Copies the parts of one object, some at a time.
struct PartCopies {
  let copier: Copier
  let item: WorkItem
  let upload: BegunUpload
  /// What HEAD said of the source.
  let attributes: ObjectAttributes
  let plan: DigestPlan
  let running: RunningDigests?
  /// What the source's parts are hashed with.
  let partAlgorithm: ChecksumAlgorithm

  /// All parts, ascending; the first failure ends the others.
  ///
  /// Only one part of an object waits for a place at a time, so that objects share the places evenly.
  func run(_ layout: PartLayout) async throws(CopyFailure) -> [CopiedPart] {
    let failed = Flag()
    let result: Result<[CopiedPart], CopyFailure> = await withTaskGroup(
      of: Result<CopiedPart, CopyFailure>.self
    ) {
      group in
      var done: [CopiedPart] = []
      var (started, inFlight) = (0, 0)
      do throws(CopyFailure) {
        while true {
          if inFlight < width, !failed.isRaised, let part = layout.part(at: started) {
            let startedAt = try await copier.pace.begin()
            group.addTask { await transferred(part, startedAt, failed) }
            (started, inFlight) = (started + 1, inFlight + 1)
          } else if let next = await group.next() {
            done.append(try next.get())
            inFlight -= 1
          } else {
            return .success(done.sorted { $0.stored.number < $1.stored.number })
          }
        }
      } catch {
        group.cancelAll()
        return .failure(error)
      }
    }
    return try result.get()
  }

  private var width: Int { running == nil ? min(copier.settings.parallelParts, copier.pace.width) : 1 }

  /// Copies a part in the place that was taken for it, and gives the place back.
  private func transferred(
    _ part: PartLayout.Part, _ startedAt: Timestamp, _ failed: Flag
  ) async -> Result<CopiedPart, CopyFailure> {
    let result = await copied(part)
    var isDone = true
    if case .failure = result {
      isDone = false
      failed.raise()
    }
    copier.pace.end(startedAt: startedAt, bytes: part.range.length, isDone: isDone)
    return result
  }

  private func copied(_ part: PartLayout.Part) async -> Result<CopiedPart, CopyFailure> {
    var tries = 1
    var bytesSent: Int64 = 0
    while true {
      let reading = StreamReading()
      do throws(CopyFailure) {
        let stored = try await copier.memory.holding(Copier.memory(of: part.range.length)) {
          () throws(CopyFailure) in try await transfer(part, reading)
        }
        bytesSent += reading.bytes
        let copied = CopiedPart(
          stored: stored, size: part.range.length, streamed: reading.checksums ?? [],
          sourceDigests: reading.partDigests, bytesSent: bytesSent)
        try requireStored(stored, copied.streamed)
        try await remember(copied, part.range)
        return .success(copied)
      } catch {
        bytesSent += reading.bytes
        do {
          try await copier.retrying.wait(afterTry: tries, error.error)
        } catch let final {
          return .failure(CopyFailure(error.side, final))
        }
        tries += 1
      }
    }
  }

  private func transfer(_ part: PartLayout.Part, _ reading: StreamReading) async throws(CopyFailure)
    -> StoredPart
  {
    let loop = copier.eventLoops.next()
    let download = try await on(.source) { () throws(StorageError) in
      try await copier.source.get(
        item.source.key, range: part.range, ifMatch: item.source.eTag ?? attributes.eTag, on: loop)
    }
    do {
      try copier.requireSame(item.source, download.attributes)
      try copier.requireSame(attributes, download.attributes, item.source.key)
    } catch {
      download.body.cancel()
      throw CopyFailure(.source, error)
    }
    let paced = await download.body.metered(
      StreamExpectation(
        length: part.range.length, checksums: [], algorithms: plan.partAlgorithms,
        boundaries: part.cut.map { [$0] } ?? [], partAlgorithm: partAlgorithm),
      into: reading, board: copier.board
    ).observed(by: copier.pace)
    let body = running.map { paced.observed(by: $0.observer(from: part.range.first)) } ?? paced
    do {
      return try await copier.destination.uploadPart(
        item.destinationKey, upload.id, number: part.number, body, contentMD5: nil)
    } catch {
      body.cancel()
      if let failure = reading.failure { throw CopyFailure(.source, failure) }
      throw CopyFailure(.destination, error)
    }
  }

  /// Lets a later run go on behind this part, where it may.
  private func remember(_ part: CopiedPart, _ range: ByteRange) async throws(CopyFailure) {
    guard upload.started.cut != nil else { return }
    let row = StartedPart(
      stored: part.stored, range: range, streamed: part.streamed, sourceParts: part.sourceDigests)
    try await copier.writing { ledger throws(LedgerError) in try await ledger.record(row, of: upload.started)
    }
  }

  /// Throws where the destination says that it stored other bytes than were sent.
  private func requireStored(_ part: StoredPart, _ streamed: [Checksum]) throws(CopyFailure) {
    for checksum in part.checksums {
      guard let ours = streamed.first(where: { $0.algorithm == checksum.algorithm }), ours != checksum else {
        continue
      }
      throw CopyFailure(
        .destination,
        StorageError(
          .digestRefused,
          "part \(part.number) was sent with \(ours.algorithm.rawValue) \(ours.text) and stored with \(checksum.text)",
          key: item.destinationKey))
    }
  }
}

/// Says that a part has failed, to whoever starts the next.
private final class Flag: Sendable {
  private let value = Atomic<Bool>(false)

  var isRaised: Bool { value.load(ordering: .relaxed) }

  func raise() { value.store(true, ordering: .relaxed) }
}
