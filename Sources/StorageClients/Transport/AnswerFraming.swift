import NIOHTTP1
import ObjectStorage

/// Where the body of an answer ends, and whether the connection lives on behind it.
struct AnswerFraming {
  /// Nil where the sender announced none.
  var length: Int64?
  var isCloseDelimited: Bool
  var isReusable: Bool

  /// Refuses heads that leave a doubt: such doubts are how answers get mixed up.
  static func of(_ head: HTTPResponseHead, to request: HTTPRequest) -> Result<AnswerFraming, StorageError> {
    func refused(_ message: String) -> Result<AnswerFraming, StorageError> {
      .failure(StorageError(.malformedAnswer, message, httpStatus: Int(head.status.code)))
    }
    guard (200...599).contains(head.status.code) else {
      return refused("the answer has the unexpected status \(head.status.code)")
    }
    let lengths = head.headers["content-length"]
    let codings = head.headers["transfer-encoding"]
    guard lengths.count <= 1 else { return refused("the answer announces its length \(lengths.count) times") }
    guard lengths.isEmpty || codings.isEmpty else {
      return refused("the answer announces both a length and a transfer coding")
    }
    guard codings.isEmpty || (codings.count == 1 && codings[0].lowercased() == "chunked") else {
      return refused("the answer has a transfer coding other than chunked")
    }
    guard let length = announced(lengths.first) else { return refused("the answer's length is not a number") }
    if request.method == .head || head.status.code == 204 || head.status.code == 304 {
      return .success(AnswerFraming(length: 0, isCloseDelimited: false, isReusable: head.isKeepAlive))
    }
    let isCloseDelimited = codings.isEmpty && length < 0
    return .success(
      AnswerFraming(
        length: length < 0 ? nil : length, isCloseDelimited: isCloseDelimited,
        isReusable: head.isKeepAlive && !isCloseDelimited))
  }

  /// The announced length, -1 where there is none, nil where it is not a number.
  private static func announced(_ text: String?) -> Int64? {
    guard let text else { return -1 }
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int64(text)
  }
}
