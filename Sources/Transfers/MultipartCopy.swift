import AuditLedger
import Checksums
import ObjectStorage

/// One object in ranges, each range of the source streamed into one part of the destination.
struct MultipartCopy {
  let copier: Copier
  let item: WorkItem
  let mayReplace: Bool

  func run() async throws(CopyFailure) -> Observation {
    let attributes = try await copier.headOfSource(item)
    let plan = DigestPlan(
      source: attributes.checksums, destination: copier.destinationKind, contentMD5Honoured: false)
    var cut = try await copier.cut(of: item, attributes)
    let carried = try await copier.carried(item)
    var sentBefore: Int64 = 0
    var left = item.started
    while true {
      switch try await inTurn(attributes, plan, cut, carried, left) {
      case .stored(var observation):
        observation.bytesSent += sentBefore
        observation.notes += carried.notes
        return observation
      case .otherCut(let told, let sent):
        sentBefore += sent
        cut?.parts = KnownParts(candidates: [told], authority: .store)
        left = nil
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
    _ attributes: ObjectAttributes, _ plan: DigestPlan, _ cut: SourceCut?, _ carried: Carried,
    _ left: StartedTransfer?
  ) async throws(CopyFailure) -> Ending {
    let route = PartRoute(size: item.source.size, cut: cut, copier.settings, copier.destination.limits)
    let running = RunningDigests(plan, route, cut)
    guard running == nil else {
      return try await upload(attributes, plan, cut, carried, route, running, left)
    }
    return try await copier.pace.upload { () throws(CopyFailure) in
      try await upload(attributes, plan, cut, carried, route, nil, left)
    }
  }

  private func upload(
    _ attributes: ObjectAttributes, _ plan: DigestPlan, _ cut: SourceCut?, _ carried: Carried,
    _ route: PartRoute,
    _ running: RunningDigests?, _ left: StartedTransfer?
  ) async throws(CopyFailure) -> Ending {
    let upload = try await UploadBeginning(
      copier: copier, item: item, mayReplace: mayReplace, carried: carried, attributes: attributes,
      plan: plan,
      layout: route.layout, partAlgorithm: cut?.partAlgorithm ?? .md5, isResumable: running == nil
    ).run(left)
    do throws(CopyFailure) {
      let ending = try await transfer(upload, attributes, plan, cut, route, running)
      if case .otherCut = ending { await copier.uploads.drop(upload.started) }
      return ending
    } catch {
      // A run that stops leaves the upload to the next one.
      if !error.endsTheRun { await copier.uploads.drop(upload.started) }
      throw error
    }
  }

  private func transfer(
    _ upload: BegunUpload, _ attributes: ObjectAttributes, _ plan: DigestPlan, _ cut: SourceCut?,
    _ route: PartRoute, _ running: RunningDigests?
  ) async throws(CopyFailure) -> Ending {
    let copies = PartCopies(
      copier: copier, item: item, upload: upload, attributes: attributes, plan: plan, running: running,
      partAlgorithm: cut?.partAlgorithm ?? .md5)
    let kept = Set(upload.kept.map(\.stored.number))
    let copiedParts =
      (upload.kept + (try await copies.run(route.layout.without(kept))))
      .sorted { $0.stored.number < $1.stored.number }
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
      copier: copier, item: item, upload: upload.id, mayReplace: mayReplace
    ).run(copiedParts.map(\.stored), digests)
    // What was settled by a look at the destination may have left the upload open.
    if completed.isFound { await copier.uploads.drop(upload.started) }
    var observation = observation(attributes, digests, completed, sent: sent)
    observation.notes += notes
    observation.completedUpload = upload.id
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
      byDestination: completed.published, of: stored, kind: copier.destinationKind)
    var observation = Observation(evidence: log.rows, streamedBytes: digests.size, bytesSent: sent)
    observation.destinationSize = digests.size
    observation.isStoredByThisCopy = true
    observation.destination = stored
    observation.uploadETag = digests.partTagsAreMD5s ? digests.uploadETag : nil
    observation.requestIDs = [attributes.requestID, receipt.requestID].compactMap(\.self)
    return observation
  }
}
