import Foundation
import Glibc
import StorageTesting
import Synchronization
import Testing

/// What servers of others need on this machine.
enum Loopback {
  /// Starts a server on ports of its own and waits until it answers; one that ends instead, because somebody else was
  /// quicker at a port, is started again on others.
  static func start(
    in folder: TemporaryFolder, _ make: () throws -> (server: Subprocess, endpoint: String)
  ) async throws -> (server: Subprocess, endpoint: String) {
    var said: [String] = []
    for _ in 0..<3 {
      let (server, endpoint) = try make()
      try server.start()
      // curl itself waits between its tries. A minute is not always enough where thirty suites share two cores.
      for _ in 0..<60 where !server.hasEnded {
        let curl = try await Subprocess(
          "/usr/bin/env",
          [
            "curl", "-s", "-o", "/dev/null", "--retry", "5", "--retry-delay", "1", "--retry-connrefused",
            "--retry-all-errors", "--max-time", "90", endpoint,
          ], in: folder
        ).run()
        if curl.status == 0 { return (server, endpoint) }
        said.append("curl ended with \(curl.status)")
      }
      server.send(SIGKILL)
      let end = try await server.finish()
      said.append(
        "the server of \(endpoint) ended with \(end.status): \(end.stdout.suffix(500)) \(end.stderr.suffix(500))"
      )
    }
    throw ServerError(description: said.joined(separator: "\n"))
  }

  /// Ports where nobody listens, below those that the system gives to connections.
  static func freePorts(_ count: Int) throws -> [UInt16] {
    let range = try String(contentsOfFile: "/proc/sys/net/ipv4/ip_local_port_range", encoding: .utf8)
    let lowest = try #require(range.split { !$0.isNumber }.first.flatMap { UInt16($0) })
    try #require(lowest > 20_000, "connections are given ports from \(lowest) on")
    return try given.withLock { given in
      try (0..<count).map { _ in
        let port = try #require(
          (0..<1_000).lazy.map { _ in UInt16.random(in: 10_000..<lowest) }
            .first { !given.contains($0) && isFree($0) })
        given.insert(port)
        return port
      }
    }
  }

  private static let given = Mutex<Set<UInt16>>([])

  private static func isFree(_ port: UInt16) -> Bool {
    let socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(socket) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    address.sin_port = port.bigEndian
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
        bind(socket, address, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
  }
}

private struct ServerError: Error, CustomStringConvertible {
  let description: String
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
