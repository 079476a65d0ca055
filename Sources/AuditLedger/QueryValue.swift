/// What stands in one cell of a query's answer.
public enum QueryValue: Hashable, Sendable {
  case null
  case integer(Int64)
  case real(Double)
  case text(String)
  case bytes([UInt8])
}

/// A view of the ledger, which is public: what it shows and its columns.
public struct LedgerView: Hashable, Sendable {
  public var name: String
  /// One line; empty for a view that this version does not know.
  public var meaning: String
  public var columns: [String]
}
