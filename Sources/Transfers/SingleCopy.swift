import AuditLedger
import Checksums
import NIOCore
import ObjectStorage

/// One object in one GET and one PUT, the bytes passing through.
struct SingleCopy {
  let copier: Copier
  let item: WorkItem
  let mayReplace: Bool
  /// What was tried already without a task; nil where nothing was.
  var begun: BegunCopy?

  struct Attempt {
    var attributes: ObjectAttributes
    var plan: DigestPlan
    var reading: StreamReading
    var cut: SourceCut?
    var carried: Carried

    var notes: [String] {
      guard let cut, !reading.rebuilt.contains(cut.goal) else { return carried.notes }
      return carried.notes + [cut.note(triedAll: true)]
    }
  }

  func run() async throws(CopyFailure) -> Observation {
    var begun = self.begun
    var tries = 1
    var bytesSent: Int64 = 0
    var whole: Attempt?
    var known: KnownParts?
    let carried = try await copier.carried(item)
    while true {
      var attempt: Attempt?
      do throws(CopyFailure) {
        if let earlier = begun.take() {
          attempt = earlier.attempt
          if let failure = earlier.failure { throw failure }
          // What came of it is not known: should it stand there, it is known by its digests.
          bytesSent += attempt?.reading.bytes ?? 0
          whole = attempt
          continue
        }
        let receipt = try await copier.memory.holding(Copier.memory(of: item.source.size)) {
          () throws(CopyFailure) in try await transfer(&attempt, known, carried)
        }
        bytesSent += attempt?.reading.bytes ?? 0
        guard let attempt else {
          throw CopyFailure(.source, StorageError(.malformedAnswer, "no answer came"))
        }
        return copier.observation(of: item, attempt, receipt, bytesSent)
      } catch {
        bytesSent += attempt?.reading.bytes ?? 0
        if attempt?.reading.checksums != nil { whole = attempt }
        known = attempt?.cut?.parts ?? known
        if error.error.code == .corrupted {
          // Whether wrong bytes are worth another whole copy is decided above.
          guard let other = try await otherParts(attempt) else { throw error }
          known = other
          continue
        }
        if error.error.code == .alreadyExists, let whole {
          return try await resolved(whole, bytesSent, isThere: true)
        }
        if error.side == .source, let whole, let stored = await storedBefore(whole, error.error, bytesSent) {
          return stored
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

  /// How the object may be cut otherwise than an attempt assumed; nil where the bytes that came were wrong.
  private func otherParts(_ attempt: Attempt?) async throws(CopyFailure) -> KnownParts? {
    guard let cut = attempt?.cut, cut.required != nil else { return nil }
    switch try await copier.check([], of: cut.parts.candidates, against: cut, item) {
    case .fits, .wrongBytes: return nil
    case .otherCut(let told): return KnownParts(candidates: [told], authority: .store)
    case .unknown: return KnownParts(candidates: cut.parts.candidates, authority: .guess)
    }
  }

  private func transfer(
    _ attempt: inout Attempt?, _ known: KnownParts?, _ carried: Carried
  ) async throws(CopyFailure) -> WriteReceipt {
    let loop = copier.eventLoops.any()
    let download = try await on(.source) { () throws(StorageError) in
      try await copier.source.get(item.source.key, range: nil, ifMatch: item.source.eTag, on: loop)
    }
    do {
      try copier.requireSame(item.source, download.attributes)
    } catch {
      download.body.cancel()
      throw CopyFailure(.source, error)
    }
    let plan = copier.plan(for: download.attributes)
    let cut: SourceCut?
    do {
      cut = try await copier.cut(of: item, download.attributes, known: known)
    } catch {
      download.body.cancel()
      throw error
    }
    let reading = StreamReading()
    attempt = Attempt(
      attributes: download.attributes, plan: plan, reading: reading, cut: cut, carried: carried)
    let body = await download.body.metered(
      StreamExpectation(
        length: item.source.size, checksums: plan.expected, algorithms: plan.algorithms,
        boundaries: cut?.parts.candidates ?? [], partAlgorithm: cut?.partAlgorithm ?? .md5,
        required: cut?.required),
      into: reading, board: copier.board
    ).observed(by: copier.pace)
    if plan.contentMD5 == nil { try await copier.remember(item) }
    let options = carried.options(
      metadata: download.attributes.metadata, contentMD5: plan.contentMD5, ifAbsent: !mayReplace)
    do {
      return try await copier.destination.put(item.destinationKey, body, options)
    } catch {
      body.cancel()
      if let failure = reading.failure { throw CopyFailure(.source, failure) }
      throw CopyFailure(.destination, error)
    }
  }

  /// What an earlier try stored, where the source has another object or none since.
  ///
  /// Nil where the destination does not show a digest of the bytes that were sent.
  private func storedBefore(
    _ attempt: Attempt, _ error: StorageError, _ bytesSent: Int64
  ) async -> Observation? {
    guard [.preconditionFailed, .notFound].contains(error.code),
      let observation = try? await resolved(attempt, bytesSent, isThere: false)
    else { return nil }
    let sent = attempt.reading.checksums ?? []
    let isOurs = observation.evidence.contains { row in
      row.side == .destination && sent.contains { ChecksumMatch($0, row.checksum) != nil }
    }
    return isOurs ? observation : nil
  }

  /// An earlier try sent the whole object and its answer was lost; what the destination holds now decides.
  private func resolved(
    _ attempt: Attempt, _ bytesSent: Int64, isThere: Bool
  ) async throws(CopyFailure) -> Observation {
    var observation = try await copier.observedAtDestination(
      item, copier.evidence(of: item, attempt), isThere: isThere)
    observation.streamedBytes = attempt.reading.bytes
    observation.bytesSent = bytesSent
    observation.contentMD5 = attempt.plan.contentMD5
    observation.notes += attempt.notes
    return observation
  }
}

extension Copier {
  /// What was seen of a copy that the destination says it stored.
  func observation(
    of item: WorkItem, _ attempt: SingleCopy.Attempt, _ receipt: WriteReceipt, _ bytesSent: Int64
  ) -> Observation {
    // The store took exactly the announced length, so that is the size of what it stored.
    let stored = Generation(eTag: receipt.eTag, versionID: receipt.versionID, size: item.source.size)
    var log = evidence(of: item, attempt)
    log.reported(byDestination: receipt.checksums, of: stored, kind: destinationKind)
    var observation = Observation(
      evidence: log.rows, streamedBytes: attempt.reading.bytes, bytesSent: bytesSent)
    observation.destinationSize = stored.size
    observation.destination = stored
    observation.contentMD5 = attempt.plan.contentMD5
    observation.isStoredByThisCopy = true
    observation.notes += attempt.notes
    observation.requestIDs = [attempt.attributes.requestID, receipt.requestID].compactMap(\.self)
    return observation
  }

  func evidence(of item: WorkItem, _ attempt: SingleCopy.Attempt) -> EvidenceLog {
    var log = EvidenceLog(clock: retrying.clock)
    log.reported(bySource: attempt.attributes)
    log.streamed(
      (attempt.reading.checksums ?? []) + attempt.reading.rebuilt.filter { $0 == attempt.cut?.goal },
      of: item.source.generation)
    return log
  }
}
