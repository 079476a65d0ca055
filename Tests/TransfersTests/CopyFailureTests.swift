import AuditLedger
import ObjectStorage
import Testing
import Transfers

@Suite("classes of failed copies")
struct CopyFailureTests {
  static let classes: [(code: StorageError.Code, source: ErrorClass, destination: ErrorClass)] = [
    (.throttled, .throttled, .throttled), (.timedOut, .timeout, .timeout), (.archived, .archived, .archived),
    (.notFound, .sourceGone, .missing), (.preconditionFailed, .sourceChanged, .conflict),
    (.accessDenied, .denied, .denied), (.alreadyExists, .conflict, .conflict),
    (.unsafeKey, .unsafeName, .unsafeName), (.invalidRequest, .failed, .notCarriable),
    (.corrupted, .mismatched, .mismatched), (.connectionLost, .failed, .failed),
    (.serverFault, .failed, .failed), (.unreachable, .failed, .failed),
  ]

  @Test("a code and a side make a class", arguments: classes)
  func classified(_ row: (code: StorageError.Code, source: ErrorClass, destination: ErrorClass)) {
    let error = StorageError(row.code, "x")
    #expect(CopyFailure(.source, error).errorClass == row.source)
    #expect(CopyFailure(.destination, error).errorClass == row.destination)
  }
}
