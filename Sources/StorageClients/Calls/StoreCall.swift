import NIOCore
import ObjectStorage

/// One call to a store before it is signed.
struct StoreCall: Sendable {
  enum Body: Sendable {
    case none
    case stream(ObjectBody)
    /// Bytes that are here, signed no more than a stream is.
    case whole(ByteBuffer)
    /// A small document, signed with its digest.
    case document([UInt8])

    /// What a signature covers byte for byte; nil for a stream.
    var signedDocument: [UInt8]? {
      switch self {
      case .none: []
      case .stream, .whole: nil
      case .document(let bytes): bytes
      }
    }
  }

  var method: HTTPRequest.Method
  /// Nil for a call to the bucket.
  var key: ObjectKey?
  /// Names and values as they are, before any encoding; a nil value is a bare name.
  var query: [(name: String, value: String?)] = []
  var fields = HTTPFields()
  var body = Body.none
  /// Bytes that the answer may bring: a large body is given more time.
  var expectedBytes: Int64 = 0

  init(
    _ method: HTTPRequest.Method, _ key: ObjectKey? = nil, query: [(name: String, value: String?)] = []
  ) {
    self.method = method
    self.key = key
    self.query = query
  }

  /// Slower than 64 KiB a second over the whole body is given up; a stall is seen much earlier.
  var deadlines: Deadlines {
    var bytes = expectedBytes
    if case .stream(let body) = self.body { bytes = max(bytes, body.length ?? 0) }
    return Deadlines(total: .seconds(900 + bytes / 65_536))
  }
}
