extension DevStore {
  /// Follows another plan, or none; counts begin anew.
  public func follow(_ plan: FaultPlan?) { faults.follow(plan) }

  /// How often each rule of the plan fired; a rule that never did is there with 0.
  public func faultHits() -> [String: Int] { faults.hits }
}
