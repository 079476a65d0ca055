import Synchronization

/// What a request asked for.
public enum StoreOperation: String, CaseIterable, Sendable {
  case list
  case listVersions = "list-versions"
  case versioning
  case head
  case get
  case attributes
  case tags
  case put
  case createUpload = "create-upload"
  case uploadPart = "upload-part"
  case completeUpload = "complete-upload"
  case abortUpload = "abort-upload"
  case listParts = "list-parts"
  case listUploads = "list-uploads"
  case restore
}

/// The requests of one kind that one store answered in one way.
public struct RequestTotal: Hashable, Sendable {
  public var operation: StoreOperation
  /// The code of the error, or `ok`.
  public var code: String
  public var requests: Int64
  /// From the call to the answer: of a get without the body, of a put with it.
  public var latencies: LatencyHistogram

  public init(operation: StoreOperation, code: String, requests: Int64, latencies: LatencyHistogram) {
    self.operation = operation
    self.code = code
    self.requests = requests
    self.latencies = latencies
  }

  public static let ok = "ok"
}

/// Counts what is asked of one store, how it is answered, and how long that takes.
public final class RequestMeter: Sendable {
  private struct Kind: Hashable {
    var operation: StoreOperation
    /// Nil for an answer that was none of the errors.
    var code: StorageError.Code?
  }

  private let counts = Mutex<[Kind: LatencyHistogram]>([:])

  public init() {}

  /// Runs a request and counts it.
  func count<Value: Sendable>(
    _ operation: StoreOperation, _ request: () async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    let start = ContinuousClock.now
    do throws(StorageError) {
      let value = try await request()
      add(Kind(operation: operation, code: nil), since: start)
      return value
    } catch {
      add(Kind(operation: operation, code: error.code), since: start)
      throw error
    }
  }

  /// Counts a request once its end is known; one that was not clear is counted as any other.
  func counting<Value>(
    _ operation: StoreOperation, _ deliver: @escaping (WholeResult<Value>) -> Void
  ) -> (WholeResult<Value>) -> Void {
    let start = ContinuousClock.now
    return { result in
      let code: StorageError.Code? =
        switch result {
        case .done: nil
        case .failed(let error): error.code
        case .unclear: .malformedAnswer
        }
      self.add(Kind(operation: operation, code: code), since: start)
      deliver(result)
    }
  }

  private func add(_ kind: Kind, since start: ContinuousClock.Instant) {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    let microseconds = seconds * 1_000_000 + attoseconds / 1_000_000_000_000
    counts.withLock { $0[kind, default: LatencyHistogram()].add(microseconds: microseconds) }
  }

  /// Everything so far, in a fixed order.
  public var totals: [RequestTotal] {
    counts.withLock { $0 }.map { kind, latencies in
      RequestTotal(
        operation: kind.operation, code: kind.code?.rawValue ?? RequestTotal.ok,
        requests: latencies.requests, latencies: latencies)
    }.sorted { ($0.operation.rawValue, $0.code) < ($1.operation.rawValue, $1.code) }
  }
}
