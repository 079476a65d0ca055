import AuditLedger
import ObjectStorage
import Transfers
import Verification

/// What is to be done with an object, by what was seen of both sides.
enum NextStep: Sendable {
  /// Sent; over what stands at the destination where a reason is given, else only where nothing does.
  case send(over: OverwriteReason?)
  case end(Resolution)
}

extension ObjectMigrator {
  /// Looks at both sides as far as the plan and the rule need it; nothing is sent.
  func weigh(_ item: WorkItem, _ draft: inout OutcomeDraft) async throws(RunStop) -> NextStep {
    guard item.action == .compare else {
      // What an earlier run began may stand at the destination by now: looking is cheaper than sending again.
      return item.started == nil ? .send(over: nil) : try await compare(item, under: .never, &draft)
    }
    // Where an earlier run of the rule was stopped, looking is cheaper too.
    let rule = overwrite == .always && item.started != nil ? .different : overwrite
    return try await compare(item, under: rule, &draft)
  }

  func compare(
    _ item: WorkItem, under rule: OverwriteRule, _ draft: inout OutcomeDraft
  ) async throws(RunStop) -> NextStep {
    do throws(CopyFailure) {
      if let early = try await early(item, rule) { return early }
      var observation = try await copier.compare(item)
      let sides = SidesSeen(item, observation)
      if case .overwrite(let reason) = sides?.answer(rule, .notCompared) { return .send(over: reason) }
      var verdict = judge(observation, item)
      if case .unverifiable = verdict, mayReadSource(item, observation) {
        observation = try await copier.compareReadingSource(item)
        verdict = judge(observation, item)
      }
      draft.add(observation)
      let likeness: Likeness
      switch verdict {
      case .verified(let proof, let match): return .end(.completed(proof, match, sent: false))
      // A listing of the destination named the key, and it is gone since.
      case .missing: return .send(over: nil)
      case .mismatched(let words): likeness = .different(words)
      case .unverifiable(let reason): likeness = .unproven(reason.rawValue)
      }
      let seen = SidesSeen(item, observation) ?? sides
      return step(seen?.answer(rule, likeness, isOwn: isOwn(observation, item)), rule, &draft)
    } catch {
      return .end(try await failed(error, item, &draft))
    }
  }

  /// What can be said before anything is compared.
  private func early(_ item: WorkItem, _ rule: OverwriteRule) async throws(CopyFailure) -> NextStep? {
    // Equal bytes would say nothing of new metadata.
    if item.hasChanged, item.started == nil, let written = item.written {
      guard let there = try await copier.headOfDestination(item) else { return .send(over: nil) }
      if written.stands(as: there.generation) {
        return .send(
          over: OverwriteReason(.ownCopy, "an earlier copy by this job, and the source changed since"))
      }
    }
    switch rule {
    case .always: return .send(over: OverwriteReason(.always, "--overwrite always"))
    case .never, .different: return nil
    case .changed, .newer:
      // Comparing reads the whole file there.
      guard destinationKind == .directory else { return nil }
      guard let there = try await copier.headOfDestination(item) else { return .send(over: nil) }
      let sides = SidesSeen(item, source: nil, destination: there)
      guard case .overwrite(let reason) = sides.answer(rule, .notCompared) else { return nil }
      return .send(over: reason)
    }
  }

  private func step(
    _ answer: OverwriteAnswer?, _ rule: OverwriteRule, _ draft: inout OutcomeDraft
  ) -> NextStep {
    switch answer {
    case .overwrite(let reason): return .send(over: reason)
    case .keep(let reason):
      draft.aside = .kept(rule: rule.rawValue)
      draft.reason = reason
      return .end(.skipped(reason: reason.text))
    case .conflict(let reason):
      draft.reason = reason
      return .end(.error(.conflict, message: reason.text))
    case .compare, .done, nil:
      return .end(.error(.failed, message: "the destination says nothing of the key that it has"))
    }
  }

  /// Reading a source costs money; it is done only for what an earlier run of this job may have written itself,
  /// and where the source is a local directory.
  private func mayReadSource(_ item: WorkItem, _ observation: Observation) -> Bool {
    guard observation.destinationSize == item.source.size else { return false }
    return sourceKind == .directory || item.started.map { $0.source.size == item.source.size } == true
  }
}

/// Both sides of one key, as a rule sees them.
private struct SidesSeen {
  let source: SideFacts
  let destination: SideFacts

  /// Nil where the destination does not have the key.
  init?(_ item: WorkItem, _ observation: Observation) {
    guard let there = observation.attributes.destination else { return nil }
    self.init(item, source: observation.attributes.source, destination: there)
  }

  init(_ item: WorkItem, source: ObjectAttributes?, destination: ObjectAttributes) {
    self.source = SideFacts(
      size: item.source.size, contentType: source?.metadata.contentType,
      lastModifiedAt: item.source.lastModifiedAt ?? source?.lastModifiedAt)
    self.destination = SideFacts(
      size: destination.size, contentType: destination.metadata.contentType,
      lastModifiedAt: destination.lastModifiedAt)
  }

  func answer(_ rule: OverwriteRule, _ likeness: Likeness, isOwn: Bool = false) -> OverwriteAnswer {
    rule.answer(source: source, destination: destination, likeness: likeness, isOwn: isOwn)
  }
}
