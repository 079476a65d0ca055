import Checksums
import ObjectStorage
import StorageWire

/// A proxy that speaks plain HTTP, and what it wants to know of the user.
///
/// Never shown with its password: its description is where it is.
public struct ProxyServer: Hashable, Sendable, CustomStringConvertible, CustomReflectable {
  public let origin: HTTPOrigin
  /// The value of `Proxy-Authorization`.
  let authorization: String?

  /// Reads what a variable says: `http://user:password@host:port`; the scheme may be left out.
  ///
  /// Throws `invalid-request`, which never repeats the text.
  init(_ text: String, from variable: String) throws(StorageError) {
    func malformed(_ cause: String) -> StorageError {
      StorageError(.invalidRequest, "\(variable) is not valid: \(cause); give http://host:port")
    }
    var rest = text[...]
    if let end = text.firstRange(of: "://") {
      let scheme = text[..<end.lowerBound].lowercased()
      guard scheme == "http" else {
        throw malformed("a proxy of the scheme \(shownSafely(scheme)) is not supported")
      }
      rest = text[end.upperBound...]
    }
    // A password may hold a slash, so what stands before the last @ is cut off first.
    var user: Substring?
    if let at = rest.lastIndex(of: "@") { (user, rest) = (rest[..<at], rest[rest.index(after: at)...]) }
    if let slash = rest.firstIndex(of: "/") {
      guard rest[slash...] == "/" else { throw malformed("it has a path") }
      rest = rest[..<slash]
    }
    do throws(StorageError) {
      origin = try HTTPOrigin(endpoint: "http://\(rest)", allowingPlainHTTP: true)
    } catch {
      throw malformed("its host or port is not valid")
    }
    authorization = try user.map { user throws(StorageError) in
      let name = user.prefix { $0 != ":" }
      let password = user.dropFirst(name.count + 1)
      guard let name = URIEncoding.decode(String(name), plusIsSpace: false),
        let password = URIEncoding.decode(String(password), plusIsSpace: false)
      else {
        throw malformed("its user or password is not percent-encoded")
      }
      return "Basic \(encodeBase64(name + [UInt8(ascii: ":")] + password))"
    }
  }

  /// What a proxy says to a user or password that it does not know; ends the run, as every request would fail.
  var refusal: StorageError {
    StorageError(
      .untrusted,
      "the proxy \(self) wants another user or password (HTTP 407): correct HTTPS_PROXY or HTTP_PROXY",
      httpStatus: 407)
  }

  public var description: String { origin.url }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
