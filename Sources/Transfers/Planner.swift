public import AuditLedger
public import ObjectStorage

/// The plan rule: what is to be done with one key.
///
/// | destination has the key | key and size can land | decision |
/// | --- | --- | --- |
/// | no | yes | copy |
/// | yes | yes | compare; it is never overwritten |
/// | either | no | refuse, before a byte moves |
public struct Planner: Sendable {
  private let destination: any ObjectWriter

  public init(destination: any ObjectWriter) {
    self.destination = destination
  }

  public func decide(_ candidate: PlanCandidate) -> Decision {
    Decision(
      key: candidate.source.key, destinationKey: candidate.destinationKey, action: action(candidate))
  }

  private func action(_ candidate: PlanCandidate) -> DecisionAction {
    if let reason = destination.refusal(of: candidate.destinationKey) {
      return .refuse(.unsafeName, reason: reason)
    }
    let largest = destination.limits.maximumObject
    if candidate.source.size > largest {
      return .refuse(
        .notCarriable,
        reason: "the object has \(candidate.source.size) bytes, the destination takes \(largest)")
    }
    return candidate.destination == nil ? .copy : .compare
  }
}
