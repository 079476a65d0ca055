public import AuditLedger
public import ObjectStorage

/// What a run tells while it goes on.
public enum MigrationEvent: Sendable {
  case phase(Phase)
  /// Keys that one more page of a listing brought.
  case listed(Side, keys: Int)
  case planned(keys: Int)
  /// Whether the destination was seen to refuse a false `Content-MD5`; the text says why it is not known.
  case contentMD5(honoured: Bool, String)
  /// What a run has still to do when it begins to copy.
  case work(objects: Int64, bytes: Int64)
  case ended(ObjectOutcome)
  /// How many transfers may be on their way from now on.
  case width(Int)
  /// Nothing is begun before the window opens.
  case outsideWindow(DailyWindow, ZoneClock, opensAt: Timestamp)
  /// Keys that the listings alone settled as equal, or whose earlier proof holds because neither side changed.
  case settled(keys: Int)

  public enum Phase: String, Sendable {
    case inventory
    case plan
    case copy
    case verify
    case report
  }
}
