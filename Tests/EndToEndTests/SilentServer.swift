import Dispatch
import Glibc
import StorageTesting
import Testing

/// A server that takes connections and never says a word.
final class SilentServer: Sendable {
  let endpoint: String
  private let listener: Int32

  init() throws {
    let port = try Loopback.freePorts(1)[0]
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    endpoint = "http://127.0.0.1:\(port)"
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = port.bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let isBound = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(listener, $0, size) == 0 }
    }
    try #require(isBound && listen(listener, 16) == 0)
  }

  /// Returns when somebody has connected.
  func waitForConnection() async {
    let listener = self.listener
    await withCheckedContinuation { continuation in
      DispatchQueue.global().async {
        // The connection stays open until the tests end: whoever made it waits for an answer.
        _ = accept(listener, nil, nil)
        continuation.resume()
      }
    }
  }

  func stop() { close(listener) }
}
