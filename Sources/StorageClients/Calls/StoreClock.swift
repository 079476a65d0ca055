import NIOConcurrencyHelpers
import ObjectStorage

/// The time as a store sees it: this machine's clock, and an offset once the store has shown one.
final class StoreClock: Sendable {
  private let machineTime: @Sendable () -> Timestamp
  private let offsetMilliseconds = NIOLockedValueBox<Int64>(0)

  init(_ machineTime: @escaping @Sendable () -> Timestamp) {
    self.machineTime = machineTime
  }

  func now() -> Timestamp {
    machineTime().advanced(byMilliseconds: offsetMilliseconds.withLockedValue { $0 })
  }

  /// Whether the `Date` of an answer differs from this clock by more than stores accept, a quarter of an hour.
  func isFar(from date: String?) -> Bool {
    guard let date, let storeTime = Timestamp(httpDate: date) else { return false }
    let apart = storeTime.millisecondsSinceEpoch - now().millisecondsSinceEpoch
    return apart.magnitude > 15 * 60 * 1000
  }

  /// Takes the offset from the `Date` of an answer that found the signature's time wrong.
  func learn(from date: String?) {
    guard let date, let storeTime = Timestamp(httpDate: date) else { return }
    let offset = storeTime.millisecondsSinceEpoch - machineTime().millisecondsSinceEpoch
    offsetMilliseconds.withLockedValue { $0 = offset }
  }
}
