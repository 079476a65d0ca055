import AuditLedger
import Checksums
import NIOCore
import ObjectStorage

/// One object in ranges, each range of the source streamed into one part of the destination.
struct MultipartCopy {
  let copier: Copier
  let item: WorkItem
  let mayReplace: Bool

  func run() async throws(CopyFailure) -> Observation {
    let attributes = try await copier.headOfSource(item)
    let plan = DigestPlan(
      source: attributes.checksums, destination: copier.destination.location.kind, contentMD5Honoured: false)
    var cut = try await copier.cut(of: item, attributes)
    let carried = try await copier.carried(item)
    var sentBefore: Int64 = 0
    while true {
      switch try await inTurn(attributes, plan, cut, carried) {
      case .stored(var observation):
        observation.bytesSent += sentBefore
        observation.notes += carried.notes
        return observation
      case .otherCut(let told, let sent):
        sentBefore += sent
        cut?.parts = KnownParts(candidates: [told], authority: .store)
      }
    }
  }

  private enum Ending {
    case stored(Observation)
    /// Nothing was stored: the source's parts are others.
    case otherCut(PartBoundaries, sent: Int64)
  }

  /// An object whose parts go side by side waits until few others do the same.
  private func inTurn(
    _ attributes: ObjectAttributes, _ plan: DigestPlan, _ cut: SourceCut?, _ carried: Carried
  ) async throws(CopyFailure) -> Ending {
    let route = PartRoute(size: item.source.size, cut: cut, copier.settings, copier.destination.limits)
    guard RunningDigests(plan, route, cut) == nil else {
      return try await upload(attributes, plan, cut, carried)
    }
    return try await copier.pace.upload { () throws(CopyFailure) in
      try await upload(attributes, plan, cut, carried)
    }
  }

  private func upload(
    _ attributes: ObjectAttributes, _ plan: DigestPlan, _ cut: SourceCut?, _ carried: Carried
  ) async throws(CopyFailure) -> Ending {
    let options = carried.options(metadata: attributes.metadata, ifAbsent: !mayReplace)
    let upload = try await on(.destination) { () throws(StorageError) in
      try await copier.retrying.run { _ throws(StorageError) in
        try await copier.destination.createUpload(item.destinationKey, options)
      }
    }
    let started = StartedTransfer(
      key: item.source.key, destinationKey: item.destinationKey, source: item.source.generation,
      upload: upload,
      startedAt: copier.retrying.clock.now())
    do throws(CopyFailure) {
      try await copier.remember(started)
      let ending = try await transfer(upload, attributes, plan, cut)
      if case .otherCut = ending, await drop(upload) { try? await copier.ledger.forget(started) }
      return ending
    } catch {
      // The upload stays named in the ledger where it cannot be dropped now; the next run drops it.
      if await drop(upload) { try? await copier.ledger.forget(started) }
      throw error
    }
  }

  private func transfer(
    _ upload: UploadID, _ attributes: ObjectAttributes, _ plan: DigestPlan, _ cut: SourceCut?
  ) async throws(CopyFailure) -> Ending {
    let route = PartRoute(size: item.source.size, cut: cut, copier.settings, copier.destination.limits)
    let running = RunningDigests(plan, route, cut)
    let copiedParts = try await PartCopies(
      copier: copier, item: item, upload: upload, plan: plan, running: running,
      partAlgorithm: cut?.partAlgorithm ?? .md5
    ).run(route.layout)
    let sent = copiedParts.reduce(0) { $0 + $1.bytesSent }
    let digests = try PartDigests(copiedParts, running, cut)
    try digests.require(plan.expected)
    var notes: [String] = []
    if let cut {
      switch try await copier.check(digests.rebuilt, of: route.tried, against: cut, item) {
      case .fits: break
      case .unknown: notes.append(cut.note(triedAll: route.tried == cut.parts.candidates))
      case .otherCut(let told): return .otherCut(told, sent: sent)
      case .wrongBytes: throw wrongBytes(cut.goal, digests.rebuilt.first)
      }
    }
    let completed = try await UploadCompletion(
      copier: copier, item: item, upload: upload, mayReplace: mayReplace
    ).run(copiedParts.map(\.stored), digests)
    var observation = observation(attributes, digests, completed, sent: sent)
    observation.notes += notes
    return .stored(observation)
  }

  private func wrongBytes(_ goal: Checksum, _ found: Checksum?) -> CopyFailure {
    CopyFailure(
      .source,
      StorageError(
        .corrupted,
        "the source publishes \(goal.algorithm.rawValue) \(goal.text), the parts that came give \(found?.text ?? "none")",
        key: item.source.key))
  }

  private func observation(
    _ attributes: ObjectAttributes, _ digests: PartDigests, _ completed: CompletedUpload, sent: Int64
  ) -> Observation {
    let receipt = completed.receipt
    let stored = Generation(eTag: receipt.eTag, versionID: receipt.versionID, size: digests.size)
    var log = EvidenceLog(clock: copier.retrying.clock)
    log.reported(bySource: attributes)
    log.streamed(digests.whole, of: item.source.generation)
    log.reported(
      byDestination: completed.published, of: stored, kind: copier.destination.location.kind)
    var observation = Observation(evidence: log.rows, streamedBytes: digests.size, bytesSent: sent)
    observation.destinationSize = digests.size
    observation.isStoredByThisCopy = true
    observation.destination = stored
    observation.uploadETag = digests.partTagsAreMD5s ? digests.uploadETag : nil
    observation.requestIDs = [attributes.requestID, receipt.requestID].compactMap(\.self)
    return observation
  }

  private func drop(_ upload: UploadID) async -> Bool {
    do {
      try await copier.retrying.run { _ throws(StorageError) in
        try await copier.destination.abortUpload(item.destinationKey, upload)
      }
      return true
    } catch {
      return false
    }
  }
}
