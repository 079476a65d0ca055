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
