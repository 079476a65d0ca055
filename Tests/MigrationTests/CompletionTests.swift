import AuditLedger
import Migration
import ObjectStorage
import StorageTesting
import Testing
import Transfers

@Suite("what became of the request that makes an object of its parts")
struct CompletionTests {
  /// An answer to the request, and what had happened.
  struct Answer: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var code: StorageError.Code
    /// Whether the object was made.
    var made: Bool
    /// How often, from the first request on.
    var times = 1
    /// What somebody else stores meanwhile.
    var others: [UInt8]?
    /// `nil` for a completed object that this job sent.
    var error: ErrorClass?
    var requests: Int
  }

  static let answers = [
    Answer(testDescription: "lost, done", code: .connectionLost, made: true, requests: 1),
    Answer(testDescription: "lost, not done", code: .connectionLost, made: false, requests: 2),
    Answer(testDescription: "too late, done", code: .timedOut, made: true, requests: 1),
    Answer(testDescription: "an error in a 200, done", code: .serverFault, made: true, requests: 1),
    Answer(testDescription: "an error in a 200, not done", code: .serverFault, made: false, requests: 2),
    Answer(
      testDescription: "an error in a 200, always", code: .serverFault, made: false, times: 99,
      error: .failed,
      requests: 9),
    Answer(testDescription: "no document, not done", code: .malformedAnswer, made: false, requests: 2),
    Answer(testDescription: "no such upload, done", code: .noSuchUpload, made: true, requests: 1),
    Answer(
      testDescription: "no such upload, not done", code: .noSuchUpload, made: false, error: .failed,
      requests: 1),
    Answer(
      testDescription: "exists, somebody else's", code: .alreadyExists, made: false, others: [1, 2, 3],
      error: .conflict, requests: 1),
    Answer(
      testDescription: "exists, somebody else's of the same bytes that nobody can compare",
      code: .alreadyExists, made: false,
      others: ResumedUploadTests.bytes, error: .conflict, requests: 1),
    Answer(
      testDescription: "lost, and somebody else's stands there", code: .connectionLost, made: false,
      others: [1, 2, 3], error: .conflict, requests: 2),
    Answer(testDescription: "refused, done all the same", code: .accessDenied, made: true, requests: 1),
    Answer(testDescription: "refused", code: .accessDenied, made: false, error: .denied, requests: 1),
  ]

  @Test("is found out by a look at the destination", arguments: answers)
  func settled(_ answer: Answer) async throws {
    let crossing = ResumedUploadTests.crossing()
    let key = ResumedUploadTests.key
    let destination = crossing.destination.inner
    crossing.destination.meet { call, count, moment in
      guard call == .complete, count <= answer.times, moment == (answer.made ? .after : .before) else {
        return nil
      }
      if let others = answer.others { destination.set(key, others) }
      return StorageError(answer.code, "so it is said")
    }
    let tally = try await crossing.run()
    #expect(tally.errors == (answer.error.map { [$0: 1] } ?? [:]))
    #expect(crossing.destination.count(.complete) == answer.requests)
    let bytes = destination.bytes(of: key)
    #expect(bytes == answer.others ?? (answer.error == nil ? ResumedUploadTests.bytes : nil))
    let row = try #require(try await crossing.rows().first)
    #expect(row.sent == (answer.error == nil))
    let open = try await crossing.openUploads()
    #expect(open.isEmpty)
  }

  @Test("is found out by the next run where this one was stopped before the answer")
  func stopped() async throws {
    for made in [true, false] {
      let crossing = ResumedUploadTests.crossing()
      // A look at the destination is refused as well, or the run would find out itself.
      let meets = crossing.destination
      crossing.destination.meet { call, _, moment in
        guard call == .complete || (call == .head && meets.count(.complete) > 0) else { return nil }
        return moment == (made ? .after : .before) || call == .head
          ? StorageError(.credentialsExpired, "the credentials have expired") : nil
      }
      await #expect(throws: RunStop.self) { try await crossing.run() }
      #expect((crossing.destination.inner.bytes(of: ResumedUploadTests.key) != nil) == made)
      crossing.destination.meetNothing()
      #expect(try await crossing.run().proofs == [.endToEnd: 1])
      #expect(crossing.destination.count(.part) == 0)
      #expect(crossing.destination.count(.complete) == (made ? 0 : 1))
      #expect(try await crossing.openUploads().isEmpty)
      #expect(try await crossing.rows()[0].sent == !made)
    }
  }
}
