/// Why a report, or a row of one, cannot be read, in words that are safe to show.
public struct ReportProblem: Error, Hashable {
  public let cause: String

  public init(_ cause: String) { self.cause = cause }
}
