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
    while true {
      switch try await upload(attributes, plan, cut) {
      case .stored(let observation): return observation
      case .otherCut(let told):
        cut = cut.map {
          SourceCut(goal: $0.goal, parts: KnownParts(candidates: [told], authority: .store))
        }
      }
    }
  }

  private enum Ending {
    case stored(Observation)
    /// Nothing was stored: the parts have to be cut otherwise.
    case otherCut(PartBoundaries)
  }

  private func upload(
    _ attributes: ObjectAttributes, _ plan: DigestPlan, _ cut: SourceCut?
  ) async throws(CopyFailure) -> Ending {
    let options = WriteOptions(metadata: attributes.metadata, ifAbsent: !mayReplace)
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
    let limits = copier.destination.limits
    let layout =
      cut?.parts.candidates.first.flatMap { PartLayout(along: $0, wanted: copier.settings.partSize, limits) }
      ?? PartLayout(size: item.source.size, wanted: copier.settings.partSize, limits)
    let running = RunningDigests(plan: plan)
    let copiedParts = try await PartCopies(
      copier: copier, item: item, upload: upload, plan: plan, running: running
    ).run(layout, inOrder: running != nil)
    let digests = try PartDigests(copiedParts, running: running)
    try digests.require(plan.expected)
    if let cut, let rebuilt = digests.rebuiltETag {
      switch try await copier.check(rebuilt, against: cut, item) {
      case .fits, .unknown: break
      case .otherCut(let told): return .otherCut(told)
      case .wrongBytes: throw wrongBytes(cut.goal, rebuilt)
      }
    }
    let completed = try await UploadCompletion(
      copier: copier, item: item, upload: upload, mayReplace: mayReplace
    ).run(copiedParts.map(\.stored), digests)
    return .stored(
      observation(attributes, digests, completed, sent: copiedParts.reduce(0) { $0 + $1.bytesSent }))
  }

  private func wrongBytes(_ goal: Checksum, _ found: Checksum) -> CopyFailure {
    CopyFailure(
      .source,
      StorageError(
        .corrupted, "the source's multipart ETag is \(goal.text), the bytes that came have \(found.text)",
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
