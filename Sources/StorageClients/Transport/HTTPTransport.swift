public import NIOCore
public import ObjectStorage

/// Sends requests of HTTP/1.1 and brings the answers back.
///
/// Nothing is automatic: no redirects, no decoding, no cookies, no proxies but those given, no normalisation of the target.
public protocol HTTPTransport: Sendable {
  /// An event loop of the transport, for a body that is not bound to one yet.
  func anyEventLoop() -> any EventLoop

  /// Sends one request; returns as soon as the head of the final answer is here.
  ///
  /// The body of the answer is pulled by the caller, who must read it to its end or cancel it. A request with
  /// a body runs on the body's event loop, any other on the given one or on one of the transport's choice.
  /// The request's body is used up or cancelled, whatever happens. A cancelled task closes the connection.
  func send(
    _ request: HTTPRequest, on eventLoop: (any EventLoop)?
  ) async throws(StorageError) -> HTTPResponse
}

/// One request, sent as it stands.
public struct HTTPRequest: Sendable {
  public enum Method: String, Sendable {
    case get = "GET"
    case head = "HEAD"
    case put = "PUT"
    case post = "POST"
    case delete = "DELETE"
  }

  public var method: Method
  public var origin: HTTPOrigin
  /// Path and query, percent-encoded; sent byte for byte.
  public var target: String
  /// `Host` and `Content-Length` are added where they are missing.
  public var fields: HTTPFields
  /// Must announce its length.
  public var body: ObjectBody?
  public var deadlines: Deadlines

  public init(
    _ method: Method, _ origin: HTTPOrigin, target: String, fields: HTTPFields = HTTPFields(),
    body: ObjectBody? = nil, deadlines: Deadlines = Deadlines()
  ) {
    self.method = method
    self.origin = origin
    self.target = target
    self.fields = fields
    self.body = body
    self.deadlines = deadlines
  }
}

/// The head of an answer, and its body on the way.
public struct HTTPResponse: Sendable {
  public let status: Int
  public let fields: HTTPFields
  /// `length` is nil where the sender announced none; 0 for an answer to HEAD, whatever its header says.
  public let body: ObjectBody
  /// The body ends where the connection ends: a cut cannot be told from the end.
  public let isCloseDelimited: Bool

  public init(status: Int, fields: HTTPFields, body: ObjectBody, isCloseDelimited: Bool = false) {
    self.status = status
    self.fields = fields
    self.body = body
    self.isCloseDelimited = isCloseDelimited
  }
}

/// How long a request waits, and for what.
public struct Deadlines: Hashable, Sendable {
  /// For the connection, TLS included.
  public var connect: Duration
  /// For the peer's next sign of life; time in which we do not wait for the peer does not count.
  public var idle: Duration
  /// For everything that the peer takes its time for, from the call to the last byte of the answer's body.
  public var total: Duration

  public init(
    connect: Duration = .seconds(10), idle: Duration = .seconds(60), total: Duration = .seconds(900)
  ) {
    self.connect = connect
    self.idle = idle
    self.total = total
  }
}
