/// Why a ledger cannot be used.
public struct LedgerError: Error, Hashable, Sendable {
  public enum Code: String, CaseIterable, Sendable {
    /// There is no file at the path.
    case missing
    /// Another process writes to it.
    case held
    /// Not a ledger of this tool.
    case foreign
    /// Made by a newer version of this tool.
    case newerSchema = "newer-schema"
    case corrupt
    case unreadable
    case diskFull = "disk-full"
    /// The ledger belongs to another source or destination.
    case otherJob = "other-job"
    /// A statement of the user that is no query, or cannot be run.
    case refusedQuery = "refused-query"
    /// An inventory that is needed was never taken to its end.
    case incomplete
    /// The caller's task was cancelled.
    case interrupted
    /// The side has a listing already.
    case listed
    case failed
  }

  public var code: Code
  /// What happened and the next step; lower case, no full stop.
  public var message: String

  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }
}

extension LedgerError: CustomStringConvertible {
  public var description: String { message }
}
