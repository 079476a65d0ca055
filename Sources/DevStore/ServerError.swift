/// An answer that says no, in the words of the dialect.
struct ServerError: Error {
  var status: Int
  var code: String
  var message: String
  /// What the answer says beside its document.
  var headers: [(name: String, value: String)] = []
  /// What its document says beside code and message.
  var elements: [(name: String, value: String)] = []

  init(
    _ status: Int, _ code: String, _ message: String, headers: [(name: String, value: String)] = [],
    elements: [(name: String, value: String)] = []
  ) {
    self.status = status
    self.code = code
    self.message = message
    self.headers = headers
    self.elements = elements
  }

  func with(_ headers: [(name: String, value: String)]) -> ServerError {
    var error = self
    error.headers = headers
    return error
  }

  static let accessDenied = ServerError(403, "AccessDenied", "Access Denied.")
  static let noSuchUpload = ServerError(404, "NoSuchUpload", "The specified upload does not exist.")
  static let noSuchBucket = ServerError(404, "NoSuchBucket", "The specified bucket does not exist.")
  static let noSuchKey = ServerError(404, "NoSuchKey", "The specified key does not exist.")
  static let preconditionFailed = ServerError(
    412, "PreconditionFailed", "At least one of the preconditions you specified did not hold.")
  static let notImplemented = ServerError(
    501, "NotImplemented", "This call is not implemented by this server.")

  static func invalidRequest(_ message: String) -> ServerError {
    ServerError(400, "InvalidRequest", message)
  }

  static func invalidArgument(_ message: String) -> ServerError {
    ServerError(400, "InvalidArgument", message)
  }
}
