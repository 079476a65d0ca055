import NIOHTTP1
import ObjectStorage

/// The head of a request as it goes on the wire.
enum RequestHead {
  /// A proxy that is asked in plain text gets the whole address, and what it wants to know of the user.
  static func head(of request: HTTPRequest, through proxy: ProxyServer?) -> HTTPRequestHead {
    var headers = HTTPHeaders()
    headers.reserveCapacity(request.fields.all.count + 2)
    if request.fields["host"] == nil { headers.add(name: "Host", value: request.origin.hostHeader) }
    for field in request.fields.all { headers.add(name: field.name, value: field.value) }
    if let length = request.body?.length {
      headers.add(name: "Content-Length", value: String(length))
    } else if request.method == .put || request.method == .post {
      headers.add(name: "Content-Length", value: "0")
    }
    if let authorization = proxy?.authorization {
      headers.add(name: "Proxy-Authorization", value: authorization)
    }
    return HTTPRequestHead(
      version: .http1_1, method: HTTPMethod(rawValue: request.method.rawValue),
      uri: proxy == nil ? request.target : request.origin.url + request.target,
      headers: headers)
  }

  /// Why a request cannot be sent: nothing from outside may add lines to its head.
  static func refusal(of request: HTTPRequest) -> StorageError? {
    guard request.target.utf8.first == UInt8(ascii: "/"),
      withBytes(of: request.target, { $0.allSatisfy { (0x21...0x7e).contains($0) } })
    else { return StorageError(.invalidRequest, "the target of the request is not percent-encoded") }
    if let body = request.body, body.length == nil {
      return StorageError(.invalidRequest, "the body of the request announces no length")
    }
    for field in request.fields.all {
      if let refusal = refusal(of: field) { return refusal }
    }
    return nil
  }

  private static func refusal(of field: HTTPFields.Field) -> StorageError? {
    guard !field.name.isEmpty, withBytes(of: field.name, { $0.allSatisfy(isTokenByte) }) else {
      return StorageError(.invalidRequest, "the header name \(shownSafely(field.name)) is not valid")
    }
    guard withBytes(of: field.value, { $0.allSatisfy { $0 >= 0x20 && $0 != 0x7f || $0 == 0x09 } }) else {
      return StorageError(
        .invalidRequest, "the value of the header \(shownSafely(field.name)) has control characters")
    }
    guard !framing.contains(where: { isSameName($0, field.name) }) else {
      return StorageError(.invalidRequest, "the header \(shownSafely(field.name)) is the transport's own")
    }
    return nil
  }

  private static let framing = ["content-length", "transfer-encoding", "connection", "proxy-authorization"]

  static func isTokenByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 48...57, 65...90, 97...122: true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }
}
