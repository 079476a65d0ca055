public import Transfers

/// How a run decides on keys.
public struct DecisionSettings: Sendable {
  /// What happens where the destination has the key.
  public var overwrite = OverwriteRule.never
  /// Whether both sides are listed again, for what is new, changed and gone.
  public var relists = false
  /// Whether keys that the destination does not take get another spelling; a job that began so goes on so.
  public var renames = false

  public init() {}
}
