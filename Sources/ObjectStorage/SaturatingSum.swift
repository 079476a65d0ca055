extension Int64 {
  /// The sum, or the largest number where it does not fit: sizes come from outside and may be absurd.
  public func addingSaturated(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other < 0 ? .min : .max) : sum
  }
}
