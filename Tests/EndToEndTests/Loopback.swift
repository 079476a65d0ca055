import Glibc
import StorageTesting
import Testing

/// What servers of others need on this machine.
enum Loopback {
  /// curl itself waits between its tries.
  static func waitUntilItAnswers(_ endpoint: String, in folder: TemporaryFolder) async throws {
    let curl = try await Subprocess(
      "/usr/bin/env",
      [
        "curl", "-s", "-o", "/dev/null", "--retry", "60", "--retry-delay", "1", "--retry-connrefused",
        "--retry-all-errors",
        "--max-time", "90", endpoint,
      ], in: folder
    ).run()
    try #require(curl.status == 0, "nothing answers at \(endpoint): \(curl.stderr)")
  }

  static func freePorts(_ count: Int) throws -> [UInt16] {
    var sockets: [Int32] = []
    defer { for socket in sockets { close(socket) } }
    return try (0..<count).map { _ in
      let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
      sockets.append(socket)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_addr.s_addr = inet_addr("127.0.0.1")
      var size = socklen_t(MemoryLayout<sockaddr_in>.size)
      let isBound = withUnsafeMutablePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
          bind(socket, address, size) == 0 && getsockname(socket, address, &size) == 0
        }
      }
      try #require(isBound)
      return UInt16(bigEndian: address.sin_port)
    }
  }
}

/// A server of others beside a test.
protocol OthersServer {
  var endpoint: String { get }
  func stop() async throws
}

extension OthersServer {
  /// Ends the server after the work, also where it fails.
  func use(_ work: (_ endpoint: String) async throws -> Void) async throws {
    do {
      try await work(endpoint)
    } catch {
      try await stop()
      throw error
    }
    try await stop()
  }
}
