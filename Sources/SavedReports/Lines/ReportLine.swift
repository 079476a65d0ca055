/// A line without its terminator and without the carriage return that may stand before it.
public struct ReportLine: Hashable, Sendable {
  /// From 1.
  public var number: Int64
  public var bytes: ArraySlice<UInt8>
  public var endsWithCarriageReturn: Bool
  /// False for what stands behind the last terminator: the end of a file that may be cut.
  public var isTerminated: Bool

  public init(
    _ number: Int64, _ bytes: ArraySlice<UInt8>, endsWithCarriageReturn: Bool = false,
    isTerminated: Bool = true
  ) {
    self.number = number
    self.bytes = bytes
    self.endsWithCarriageReturn = endsWithCarriageReturn
    self.isTerminated = isTerminated
  }
}
