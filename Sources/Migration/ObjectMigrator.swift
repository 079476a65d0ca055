import AuditLedger
import Checksums
import ObjectStorage
import Transfers
import Verification

/// Takes one object from its work row to its outcome: copy or compare, judge, and once more where that can help.
struct ObjectMigrator: Sendable {
  let copier: Copier
  let policy: VerificationPolicy
  let contentMD5Honoured: Bool
  let sourceKind: StoreLocation.Kind
  let destinationKind: StoreLocation.Kind
  let clock: RunClock
  /// Nil where archived objects are errors and nothing more.
  var restoring: Restoring?
  /// Whether an object that is gone from the source is skipped, and no error.
  var allowsGone = false
  /// What happens where the plan found the key at the destination.
  var overwrite = OverwriteRule.never
  /// Whether an object that changed since it was listed is copied as it is now, and no error.
  var takesChanged = true

  /// Wrong bytes are sent again this often, the first time included.
  private static let copiesOfOneObject = 3

  /// `begun` is how far the same item came without a task.
  func migrate(_ item: WorkItem, begun: WholeCopyEnd? = nil) async throws(RunStop) -> ObjectOutcome {
    var draft = OutcomeDraft(item: item, startedAt: clock.now())
    var resolution =
      if let begun { try await copy(item, mayReplace: false, begun: begun, &draft) } else {
        try await resolved(item, &draft)
      }
    // An object that changed is begun once more as it is now; one that changes again is an error.
    if case .error(.sourceChanged, let message) = resolution {
      if !takesChanged {
        resolution = .error(.sourceChanged, message: "\(message); retry once more to copy it as it is now")
      } else if let fresh = try await refreshed(item) {
        draft.begin(fresh)
        resolution = try await resolved(fresh, &draft)
      }
    }
    if let started = item.started { await settle(started, draft.completedUpload) }
    return draft.outcome(resolution, endedAt: clock.now())
  }

  private func resolved(
    _ item: WorkItem, _ draft: inout OutcomeDraft
  ) async throws(RunStop) -> Resolution {
    switch try await weigh(item, &draft) {
    case .end(let ending): return ending
    case .send(let reason):
      draft.overwrote = reason?.text
      return try await copy(item, mayReplace: reason != nil, &draft)
    }
  }

  /// The outcome of an object that went whole, where it is proven; nil where more has to be done about it.
  func outcome(
    of observation: Observation, _ item: WorkItem, startedAt: Timestamp
  ) -> ObjectOutcome? {
    guard case .verified(let proof, let match) = judge(observation, item) else { return nil }
    var draft = OutcomeDraft(item: item, startedAt: startedAt)
    draft.add(observation)
    draft.destinationIsOurs = observation.isStoredByThisCopy
    return draft.outcome(.completed(proof, match, sent: true), endedAt: clock.now())
  }

  /// The object as it is now; nil where it is not to be had otherwise than the inventory row says.
  func refreshed(_ item: WorkItem) async throws(RunStop) -> WorkItem? {
    do {
      return try await copier.refreshed(item)
    } catch {
      if error.endsTheRun { throw RunStop(error) }
      return nil
    }
  }

  /// Drops what an earlier run left at the destination, unless it is the object by now.
  private func settle(_ started: StartedTransfer, _ completed: UploadID?) async {
    if started.upload != completed { await copier.uploads.drop(started) }
    await copier.uploads.dropUnanswered(started)
  }

  private func copy(
    _ item: WorkItem, mayReplace: Bool, begun: WholeCopyEnd? = nil, _ draft: inout OutcomeDraft
  ) async throws(RunStop) -> Resolution {
    var mayReplace = mayReplace
    var begun = begun
    var difference = ""
    var next = item
    for _ in 0..<Self.copiesOfOneObject {
      let observation: Observation
      do {
        // Only the first may go on with what an earlier run left.
        defer { next.started = nil }
        observation =
          switch begun.take() {
          case .observed(let observation): observation
          case .begun(let begun): try await copier.copy(next, mayReplace: mayReplace, begun: begun)
          case nil: try await copier.copy(next, mayReplace: mayReplace)
          }
      } catch  where error.error.code == .alreadyExists && !mayReplace {
        return try await existing(item, &draft)
      } catch  where error.error.code == .corrupted {
        difference = error.message
        continue
      } catch {
        return try await failed(error, item, &draft)
      }
      draft.add(observation)
      draft.destinationIsOurs = observation.isStoredByThisCopy
      switch judge(observation, item) {
      case .verified(let proof, let match): return .completed(proof, match, sent: true)
      case .missing: return .error(.missing, message: "the destination does not have what it said it stored")
      case .unverifiable(let reason):
        // An earlier run's copy that proves nothing is in the way of one that may.
        guard !mayReplace, isOwn(observation, item) else {
          await look(item, &draft)
          return unverifiable(reason)
        }
        mayReplace = true
      case .mismatched(let words):
        guard observation.isStoredByThisCopy || isOwn(observation, item) else {
          return .error(
            .conflict,
            message:
              "the destination got the key from somebody else meanwhile: \(words); it was not overwritten")
        }
        difference = words
        // What stands there now is what this run has just written.
        mayReplace = true
      }
    }
    await look(item, &draft)
    return .error(
      .mismatched, message: "copied \(Self.copiesOfOneObject) times and still different: \(difference)")
  }

  /// Sees which size a copy without proof has, so that a later run knows it for its own and sends it again.
  private func look(_ item: WorkItem, _ draft: inout OutcomeDraft) async {
    guard draft.destinationIsOurs, let there = try? await copier.headOfDestination(item) else { return }
    draft.stands(there.generation)
  }

  /// The destination has a key that the plan did not find there: whatever the rule is, somebody else's is left alone.
  private func existing(_ item: WorkItem, _ draft: inout OutcomeDraft) async throws(RunStop) -> Resolution {
    switch try await compare(item, under: .never, &draft) {
    case .end(let resolution): return resolution
    case .send(nil):
      return .error(.failed, message: "the destination refuses the key as existing and does not have it")
    case .send(let reason?):
      draft.overwrote = reason.text
      return try await copy(item, mayReplace: true, &draft)
    }
  }

  /// Whether what was found at the destination is what an earlier run of this job wrote.
  func isOwn(_ observation: Observation, _ item: WorkItem) -> Bool {
    guard !observation.isStoredByThisCopy, let written = item.written, let there = observation.destination
    else { return false }
    return written.stands(as: there)
  }

  func judge(_ observation: Observation, _ item: WorkItem) -> Verdict {
    var listed = item.source.generation
    // Every answer was held against the row by size and ETag; the time need not be written alike in both.
    listed.lastModifiedAt = nil
    let echo = echo(observation, item)
    return policy.judge(
      CaseFile(
        listed: listed, destination: observation.destination, evidence: observation.evidence,
        streamedBytes: observation.streamedBytes, contentMD5: echo ?? observation.contentMD5,
        contentMD5Honoured: echo == nil && contentMD5Honoured, sourceMD5IsCertain: sourceKind != .oss,
        destinationMD5IsCertain: destinationKind != .oss, uploadETag: observation.uploadETag))
  }

  /// What an earlier run sent as `Content-MD5` and found again at a destination that was not seen to check it then,
  /// whatever the destination does in this run.
  private func echo(_ observation: Observation, _ item: WorkItem) -> Checksum? {
    guard isOwn(observation, item), item.written?.contentMD5WasChecked == false else { return nil }
    return observation.evidence.lazy.filter { $0.side == .source && $0.origin == .reported }.map(\.checksum)
      .first { $0.algorithm == .md5 }
  }

  private func unverifiable(_ reason: UnverifiableReason) -> Resolution {
    .error(
      .unverifiable,
      message: "copied, and not proven as \(policy.required.rawValue) requires: \(reason.rawValue)")
  }

  func failed(
    _ failure: CopyFailure, _ item: WorkItem, _ draft: inout OutcomeDraft
  ) async throws(RunStop) -> Resolution {
    if failure.endsTheRun { throw RunStop(failure) }
    switch failure.errorClass {
    case .archived where restoring != nil && failure.side == .source:
      return try await restoring?.ask(
        for: item.source.key, failure.message, ledger: copier.ledger, retrying: copier.retrying)
        ?? .error(.archived, message: failure.message)
    case .sourceGone where allowsGone:
      draft.aside = .gone
      return .skipped(reason: "gone from the source since it was listed")
    case let errorClass: return .error(errorClass, message: failure.message)
    }
  }
}

/// What an attempt gathers on its way to an outcome.
struct OutcomeDraft {
  private(set) var item: WorkItem
  let startedAt: Timestamp
  /// Whether what stands at the destination was written by this job.
  var destinationIsOurs = false
  /// Why a skipped object was set aside.
  var aside: Aside?
  /// Why what stood at the destination was overwritten.
  var overwrote: String?
  /// Why what stands at the destination was not.
  var reason: OverwriteReason?
  private var evidence: [Evidence] = []
  private var destination: Generation?
  private var bytesSent: Int64 = 0
  private var observations = 0
  private(set) var completedUpload: UploadID?
  private var requestIDs: [String] = []
  private var notes: [String] = []

  init(item: WorkItem, startedAt: Timestamp) {
    self.item = item
    self.startedAt = startedAt
  }

  /// Goes on with the object as it is now: nothing that was seen before speaks of it.
  mutating func begin(_ item: WorkItem) {
    self.item = item
    evidence = []
    destination = nil
    destinationIsOurs = false
    notes.append("the source changed after it was listed; it was copied as it is now")
  }

  /// The last observation is the one that was judged; sent bytes and notes add up.
  mutating func add(_ observation: Observation) {
    evidence = observation.evidence
    destination = observation.destination
    bytesSent += observation.bytesSent
    requestIDs = observation.requestIDs
    notes += observation.notes
    completedUpload = observation.completedUpload ?? completedUpload
    observations += 1
  }

  /// Takes the size of what stands at the destination where it is what was just written.
  mutating func stands(_ there: Generation) {
    guard let one = destination?.eTag, let other = there.eTag, one.isSame(as: other) else { return }
    destination?.size = there.size
  }

  func outcome(_ resolution: Resolution, endedAt: Timestamp) -> ObjectOutcome {
    ObjectOutcome(
      key: item.source.key, destinationKey: item.destinationKey, resolution: resolution, evidence: evidence,
      startedAt: startedAt, endedAt: endedAt, bytesSent: bytesSent, tries: max(1, observations),
      destination: isKnownEqual(resolution) || destinationIsOurs ? destination : nil, requestIDs: requestIDs,
      notes: notes, source: item.source.generation, aside: aside,
      overwrote: destinationIsOurs ? overwrote : nil, firstOfSize: item.isFirst ? item.source.size : nil)
  }

  private func isKnownEqual(_ resolution: Resolution) -> Bool {
    if case .completed = resolution { true } else { false }
  }
}
