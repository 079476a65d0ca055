/// Counts what may pass at a rate: nothing is saved up for longer than a quarter of a second.
///
/// Whatever has waited may pass as soon as nothing is owed, and is then owed itself: so anything passes in the end,
/// however large, and the rate holds over time.
public struct TokenBucket: Hashable, Sendable {
  /// A second; nil for no limit.
  public private(set) var rate: Int64?
  private var balance = 0.0
  private var countedAt: Timestamp

  private static let longestSaving = 0.25

  public init(rate: Int64?, at now: Timestamp) {
    self.rate = rate
    countedAt = now
  }

  /// Goes on at another rate.
  public mutating func set(rate: Int64?, at now: Timestamp) {
    count(to: now)
    if self.rate == nil || rate == nil { balance = 0 }
    self.rate = rate
  }

  /// Whether so many may pass; takes them.
  public mutating func take(_ amount: Int64, at now: Timestamp) -> Bool {
    count(to: now)
    guard rate != nil else { return true }
    guard balance >= 0 else { return false }
    balance -= Double(amount)
    return true
  }

  /// Takes what has passed already.
  public mutating func owe(_ amount: Int64) {
    if rate != nil { balance -= Double(amount) }
  }

  /// How long until the next may pass, in whole milliseconds, rounded up.
  public func wait() -> Duration {
    guard let rate, balance < 0 else { return .zero }
    return .milliseconds(Int64(min(1e12, (-balance * 1000 / Double(rate)).rounded(.up))))
  }

  private mutating func count(to now: Timestamp) {
    // A clock that was put back gives nothing and takes nothing.
    let milliseconds = max(0, now.millisecondsSinceEpoch - countedAt.millisecondsSinceEpoch)
    countedAt = now
    guard let rate else { return }
    let saved = balance + Double(milliseconds) * Double(rate) / 1000
    balance = min(saved, Double(rate) * Self.longestSaving)
  }
}
