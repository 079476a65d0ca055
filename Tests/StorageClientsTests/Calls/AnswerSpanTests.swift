import NIOCore
import ObjectStorage
import Testing

@testable import StorageClients

@Suite struct AnswerSpanTests {
  /// The size that is read from an answer to `bytes=10-19`, or nil where it is refused.
  static func size(_ status: Int, _ contentRange: String?, length: Int64?, asked: Bool = true) async throws
    -> Int64?
  {
    let eventLoop = Sending.group.any()
    let body = try await Sending.generated(0, of: 0, announcing: length ?? 0, on: eventLoop)
    let unannounced = try await eventLoop.submit {
      ObjectBody(eventLoop: eventLoop, length: nil, source: Nothing())
    }.get()
    var fields = HTTPFields()
    if let contentRange { fields.add("Content-Range", contentRange) }
    do throws(StorageError) {
      return try AnswerSpan(
        status: status, fields: fields, body: length == nil ? unannounced : body,
        asked: asked ? ByteRange(offset: 10, length: 10) : nil
      ).objectSize
    } catch {
      #expect(error.code == .malformedAnswer)
      return nil
    }
  }

  @Test(
    "a range is answered with exactly that range",
    arguments: [
      (206, "bytes 10-19/100", 10, 100), (206, "bytes 10-19/20", 10, 20), (206, "bytes 10-19/*", 10, nil),
      (206, "bytes 10-19/19", 10, nil), (206, "bytes 10-18/100", 10, nil), (206, "bytes 0-9/100", 10, nil),
      (206, "bytes 10-19/100", 9, nil), (206, "bytes 10-19/99999999999999999999", 10, nil),
      (206, nil, 10, nil), (200, nil, 100, nil), (200, "bytes 10-19/100", 10, nil),
      (206, "bytes 10-19/100", nil, nil),
    ] as [(Int, String?, Int64?, Int64?)])
  func range(status: Int, contentRange: String?, length: Int64?, size: Int64?) async throws {
    #expect(try await Self.size(status, contentRange, length: length) == size)
  }

  @Test("a whole object is answered whole, with its length")
  func whole() async throws {
    #expect(try await Self.size(200, nil, length: 7, asked: false) == 7)
    #expect(try await Self.size(206, "bytes 0-6/7", length: 7, asked: false) == nil)
    #expect(try await Self.size(200, nil, length: nil, asked: false) == nil)
  }
}

private final class Nothing: BodySource {
  func next(_ deliver: @escaping (BodyEvent) -> Void) { deliver(.end) }
  func cancel() {}
}
