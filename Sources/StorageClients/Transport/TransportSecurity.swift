import NIOCore
import NIOSSL
public import ObjectStorage
import Synchronization

/// How the peers of `https` are verified: by the system's trust roots, and one more file of roots if wanted.
public struct TransportSecurity: Sendable {
  /// Reading the system's roots takes longer than a run of few objects over plain HTTP, so the first connection that
  /// needs them does it.
  private final class Shared: Sendable {
    private let context: Mutex<NIOSSLContext?>

    init(_ context: NIOSSLContext?) { self.context = Mutex(context) }

    func get() throws(StorageError) -> NIOSSLContext {
      try context.withLock { context throws(StorageError) in
        if let context { return context }
        let new = try TransportSecurity.context(additionalRootsFile: nil)
        context = new
        return new
      }
    }
  }

  private let shared: Shared

  /// Throws `untrusted` where the file cannot be read; so does the first connection where the system's roots cannot.
  public init(additionalRootsFile path: String? = nil) throws(StorageError) {
    var context: NIOSSLContext?
    if let path { context = try Self.context(additionalRootsFile: path) }
    shared = Shared(context)
  }

  /// A handler for one connection; an address has no server name to ask for and is verified as an address.
  func handler(for origin: HTTPOrigin) throws -> NIOSSLClientHandler {
    try NIOSSLClientHandler(context: shared.get(), serverHostname: origin.isAddress ? nil : origin.host)
  }

  private static func context(additionalRootsFile path: String?) throws(StorageError) -> NIOSSLContext {
    var configuration = TLSConfiguration.makeClientConfiguration()
    configuration.certificateVerification = .fullVerification
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    do {
      if let path {
        configuration.additionalTrustRoots = [.certificates(try NIOSSLCertificate.fromPEMFile(path))]
      }
      return try NIOSSLContext(configuration: configuration)
    } catch {
      let subject = path.map { "the CA file \(shownSafely($0))" } ?? "the system's trust roots"
      throw StorageError(.untrusted, "cannot read \(subject): give a readable file of PEM certificates")
    }
  }
}
