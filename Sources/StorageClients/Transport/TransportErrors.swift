import NIOCore
import NIOHTTP1
import NIOPosix
import NIOSSL
import ObjectStorage

/// Turns what NIO reports into the vocabulary of stores.
enum TransportFault {
  /// A connection that was not made.
  static func connecting(_ error: any Error, to origin: HTTPOrigin, isProxy: Bool = false) -> StorageError {
    if let error = error as? StorageError { return error }
    if let error = trust(error, origin) { return error }
    return StorageError(
      .unreachable,
      "cannot connect to \(isProxy ? "the proxy " : "")\(origin.url): \(cause(error)); check \(isProxy ? "HTTPS_PROXY and HTTP_PROXY" : "the endpoint and the network")"
    )
  }

  /// A connection that was made and then failed.
  static func connected(_ error: any Error, to origin: HTTPOrigin) -> StorageError {
    if let error = error as? StorageError { return error }
    if let error = error as? HTTPParserError { return parsing(error, origin) }
    if let error = trust(error, origin) { return error }
    return StorageError(.connectionLost, "the connection to \(origin.url) was lost: \(cause(error))")
  }

  private static func parsing(_ error: HTTPParserError, _ origin: HTTPOrigin) -> StorageError {
    if error == .invalidEOFState {
      return StorageError(.connectionLost, "the connection to \(origin.url) ended inside the answer")
    }
    return StorageError(.malformedAnswer, "the answer of \(origin.url) is not valid HTTP: \(error)")
  }

  private static func trust(_ error: any Error, _ origin: HTTPOrigin) -> StorageError? {
    let handshake = error as? RefusedHandshake
    let explanation: String
    switch handshake?.cause ?? error {
    case NIOSSLError.handshakeFailed(.sslError(let stack)) where stack == [.eofDuringHandshake]: return nil
    case NIOSSLError.uncleanShutdown: return nil
    case NIOSSLError.handshakeFailed(let error): explanation = refusal(error, handshake?.certificate)
    case NIOSSLError.unableToValidateCertificate, NIOSSLError.noCertificateToValidate:
      explanation = RefusedCertificate.explanation(handshake?.certificate)
    case is NIOSSLExtraError: explanation = RefusedCertificate.otherHost(handshake?.certificate)
    default: return nil
    }
    return StorageError(.untrusted, "\(origin.url) is not trusted: \(explanation)")
  }

  private static func refusal(_ error: BoringSSLError, _ certificate: NIOSSLCertificate?) -> String {
    let text = "\(error)"
    if text.contains("CERTIFICATE_VERIFY_FAILED") { return RefusedCertificate.explanation(certificate) }
    // What answers in plain text looks like a version of TLS that does not exist.
    if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
      return "it does not speak TLS; correct the port, or write http:// (to other machines with --allow-http)"
    }
    return "\(shownSafely(text)); correct the endpoint"
  }

  private static func cause(_ error: any Error) -> String {
    switch error {
    case let error as IOError: "\(error.description)"
    case let error as NIOConnectionError: connectionCause(error)
    case ChannelError.connectTimeout: "timed out"
    default: "\(error)"
    }
  }

  private static func connectionCause(_ error: NIOConnectionError) -> String {
    if let failure = error.connectionErrors.first { return cause(failure.error) }
    if error.dnsAError != nil || error.dnsAAAAError != nil { return "the host name is not known" }
    return "no address answered"
  }
}
