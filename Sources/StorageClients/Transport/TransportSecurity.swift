import NIOCore
import NIOSSL
public import ObjectStorage

/// How the peers of `https` are verified: by the system's trust roots, and one more file of roots if wanted.
public struct TransportSecurity: Sendable {
  let context: NIOSSLContext

  /// Throws `untrusted` where the file or the system's roots cannot be read.
  public init(additionalRootsFile path: String? = nil) throws(StorageError) {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .fullVerification
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    do {
      if let path {
        configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(path))]
      }
      context = try NIOSSLContext(configuration: configuration)
    } catch {
      let subject = path.map { "the CA file \(shownSafely($0))" } ?? "the system's trust roots"
      throw StorageError(.untrusted, "cannot read \(subject): give a readable file of PEM certificates")
    }
  }

  /// A handler for one connection; an address has no server name to ask for and is verified as an address.
  func handler(for origin: HTTPOrigin) throws -> NIOSSLClientHandler {
    try NIOSSLClientHandler(context: context, serverHostname: origin.isAddress ? nil : origin.host)
  }
}
