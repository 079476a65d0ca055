import ObjectStorage

/// Which bytes of an object an answer to GET brings, checked against what was asked for.
struct AnswerSpan {
  /// The size of the whole object.
  var objectSize: Int64
  /// The bytes that the body must have.
  var bodySize: Int64

  /// Throws `malformed-answer` for anything but exactly what was asked for.
  init(status: Int, fields: HTTPFields, body: ObjectBody, asked range: ByteRange?) throws(StorageError) {
    guard let length = body.length else {
      throw StorageError(.malformedAnswer, "the answer to GET announces no length", httpStatus: status)
    }
    bodySize = length
    guard let range else {
      guard status == 200 else { throw Self.unexpected(status, "no range was asked for") }
      objectSize = length
      return
    }
    guard status == 206 else { throw Self.unexpected(status, "the range was ignored") }
    guard let text = fields["content-range"], let total = Self.total(of: text, for: range) else {
      throw Self.unexpected(status, "the answer's Content-Range is not the range asked for")
    }
    guard length == range.length else {
      throw Self.unexpected(status, "the answer has \(length) bytes for a range of \(range.length)")
    }
    objectSize = total
  }

  /// The size behind the slash, where the rest is exactly the range.
  private static func total(of text: String, for range: ByteRange) -> Int64? {
    let start = "bytes \(range.first)-\(range.last)/"
    guard text.hasPrefix(start) else { return nil }
    let digits = text.dropFirst(start.count)
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (48...57).contains($0) }), let total = Int64(digits),
      total > range.last
    else { return nil }
    return total
  }

  private static func unexpected(_ status: Int, _ cause: String) -> StorageError {
    StorageError(.malformedAnswer, cause, httpStatus: status)
  }
}
