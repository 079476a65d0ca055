import AuditLedger
import Checksums
import NIOCore
import ObjectStorage

/// One object in one GET and one PUT, the bytes passing through.
struct SingleCopy {
  let copier: Copier
  let item: WorkItem
  let mayReplace: Bool

  /// Memory that a stream can hold: what is not yet written, and one read.
  private static let streamMemory: Int64 = 5 << 20

  private struct Attempt {
    var attributes: ObjectAttributes
    var plan: DigestPlan
    var reading: StreamReading
    var cut: SourceCut?
  }

  func run() async throws(CopyFailure) -> Observation {
    var tries = 1
    var bytesSent: Int64 = 0
    var whole: Attempt?
    while true {
      var attempt: Attempt?
      do throws(CopyFailure) {
        let receipt = try await copier.memory.holding(min(item.source.size, Self.streamMemory)) {
          () throws(CopyFailure) in try await transfer(&attempt)
        }
        bytesSent += attempt?.reading.bytes ?? 0
        guard let attempt else {
          throw CopyFailure(.source, StorageError(.malformedAnswer, "no answer came"))
        }
        return try await observation(attempt, receipt, bytesSent)
      } catch {
        bytesSent += attempt?.reading.bytes ?? 0
        if attempt?.reading.checksums != nil { whole = attempt }
        // Whether wrong bytes are worth another whole copy is decided above.
        if error.error.code == .corrupted { throw error }
        if error.error.code == .alreadyExists, let whole {
          return try await resolved(whole, bytesSent)
        }
        do {
          try await copier.retrying.wait(afterTry: tries, error.error)
        } catch let final {
          throw CopyFailure(error.side, final)
        }
        tries += 1
      }
    }
  }

  private func transfer(_ attempt: inout Attempt?) async throws(CopyFailure) -> WriteReceipt {
    let loop = copier.eventLoops.next()
    let download = try await on(.source) { () throws(StorageError) in
      try await copier.source.get(item.source.key, range: nil, ifMatch: item.source.eTag, on: loop)
    }
    do {
      try copier.requireSame(item.source, download.attributes)
    } catch {
      download.body.cancel()
      throw CopyFailure(.source, error)
    }
    let plan = DigestPlan(
      source: download.attributes.checksums, destination: copier.destination.location.kind,
      contentMD5Honoured: copier.settings.contentMD5Honoured)
    let cut: SourceCut?
    do {
      cut = try await copier.cut(of: item, download.attributes)
    } catch {
      download.body.cancel()
      throw error
    }
    let reading = StreamReading()
    attempt = Attempt(attributes: download.attributes, plan: plan, reading: reading, cut: cut)
    let body = await download.body.metered(
      StreamExpectation(
        length: item.source.size, checksums: plan.expected, algorithms: plan.algorithms,
        boundaries: cut?.parts.candidates ?? [], requiredETag: cut?.requiredETag),
      into: reading, board: copier.board)
    if plan.contentMD5 == nil { try await remember() }
    let options = WriteOptions(
      metadata: download.attributes.metadata, contentMD5: plan.contentMD5, ifAbsent: !mayReplace)
    do {
      return try await copier.destination.put(item.destinationKey, body, options)
    } catch {
      body.cancel()
      if let failure = reading.failure { throw CopyFailure(.source, failure) }
      throw CopyFailure(.destination, error)
    }
  }

  /// Without an MD5 of the source a run that is killed could not tell its own object from somebody else's.
  private func remember() async throws(CopyFailure) {
    let started = StartedTransfer(
      key: item.source.key, destinationKey: item.destinationKey, source: item.source.generation, upload: nil,
      startedAt: copier.retrying.clock.now())
    try await copier.remember(started)
  }

  private func observation(
    _ attempt: Attempt, _ receipt: WriteReceipt, _ bytesSent: Int64
  ) async throws(CopyFailure) -> Observation {
    // The store took exactly the announced length, so that is the size of what it stored.
    let stored = Generation(eTag: receipt.eTag, versionID: receipt.versionID, size: item.source.size)
    var log = evidence(attempt)
    log.reported(
      byDestination: receipt.checksums, eTag: receipt.eTag, of: stored, kind: copier.destination.location.kind
    )
    var observation = Observation(
      evidence: log.rows, streamedBytes: attempt.reading.bytes, bytesSent: bytesSent)
    observation.destinationSize = stored.size
    observation.destination = stored
    observation.contentMD5 = attempt.plan.contentMD5
    observation.isStoredByThisCopy = true
    observation.requestIDs = [attempt.attributes.requestID, receipt.requestID].compactMap(\.self)
    if let cut = attempt.cut { try await check(cut, attempt, &observation) }
    return observation
  }

  /// Looks at what came out of a cut that was assumed, now that the object is stored.
  private func check(
    _ cut: SourceCut, _ attempt: Attempt, _ observation: inout Observation
  ) async throws(CopyFailure) {
    switch try await copier.check(attempt.reading.rebuiltETags, against: cut, item) {
    case .fits, .unknown: break
    case .wrongBytes: observation.partSizesAreTheSources = true
    case .otherCut(let told):
      // Read once more, cut rightly: sending it once more would cost as much and store nothing new.
      let (_, reading) = try await on(.source) { () throws(StorageError) in
        try await copier.readSource(item, cutAs: told)
      }
      var log = EvidenceLog(clock: copier.retrying.clock)
      log.streamed((reading.checksums ?? []) + reading.rebuiltETags, of: item.source.generation)
      observation.evidence += log.rows
    }
  }

  private func evidence(_ attempt: Attempt) -> EvidenceLog {
    var log = EvidenceLog(clock: copier.retrying.clock)
    log.reported(bySource: attempt.attributes)
    log.streamed(
      (attempt.reading.checksums ?? []) + fitting(attempt.reading.rebuiltETags, attempt.cut),
      of: item.source.generation)
    return log
  }

  /// The ETag that fits; without one the likeliest, which counts only where the cut is known to be the source's.
  private func fitting(_ rebuilt: [Checksum], _ cut: SourceCut?) -> [Checksum] {
    guard let cut else { return [] }
    return rebuilt.contains(cut.goal) ? [cut.goal] : Array(rebuilt.prefix(1))
  }

  /// An earlier try sent the whole object and its answer was lost; what the destination holds now decides.
  private func resolved(_ attempt: Attempt, _ bytesSent: Int64) async throws(CopyFailure) -> Observation {
    var observation = try await copier.observedAtDestination(item, evidence(attempt))
    observation.streamedBytes = attempt.reading.bytes
    observation.bytesSent = bytesSent
    observation.contentMD5 = attempt.plan.contentMD5
    return observation
  }
}
