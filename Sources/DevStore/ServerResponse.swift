/// An answer that is ready to be sent.
struct ServerResponse {
  enum Body {
    case none
    case text(String)
    case bytes([UInt8])
    /// A span of a file; for HEAD only its length is told.
    case file(path: String, offset: Int64, length: Int64)
  }

  var status: Int
  var headers: [(name: String, value: String)]
  var body: Body

  init(_ status: Int, _ headers: [(name: String, value: String)] = [], body: Body = .none) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  static func xml(_ text: String, status: Int = 200) -> ServerResponse {
    ServerResponse(
      status, [("Content-Type", "application/xml")],
      body: .text("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + text))
  }

  var length: Int64 {
    switch body {
    case .none: 0
    case .text(let text): Int64(text.utf8.count)
    case .bytes(let bytes): Int64(bytes.count)
    case .file(_, _, let length): length
    }
  }
}
