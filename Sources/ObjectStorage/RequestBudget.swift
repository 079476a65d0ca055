import Synchronization

/// The retries that one run may spend, shared by everything that sends requests.
///
/// It bounds a run against a store that fails without end: when it is spent, every further failure is final.
public final class RequestBudget: Sendable {
  public let retries: Int
  private let spent = Atomic<Int>(0)

  public init(retries: Int) {
    self.retries = max(0, retries)
  }

  public var isSpent: Bool { spent.load(ordering: .relaxed) >= retries }

  /// Takes one retry; throws `local-fault`, which stops the run, where none is left.
  public func spend(after error: StorageError) throws(StorageError) {
    guard spent.wrappingAdd(1, ordering: .relaxed).oldValue < retries else {
      throw StorageError(
        .localFault,
        "the run's budget of \(retries) retries is spent; look at the store and run again (last: \(error))",
        key: error.key, httpStatus: error.httpStatus, vendorCode: error.vendorCode,
        requestID: error.requestID)
    }
  }
}
