import Foundation
import Glibc
import StorageTesting

/// An imitation of S3 by others, from PyPI, that takes nearly every key as it is.
final class MotoServer: OthersServer {
  private let moto: Subprocess
  let endpoint: String

  init(in folder: TemporaryFolder) async throws {
    let port = try Loopback.freePorts(1)[0]
    endpoint = "http://127.0.0.1:\(port)"
    let python = Fixtures.folder.deletingLastPathComponent().appendingPathComponent(".venv/bin/python").path
    moto = Subprocess(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", "\(port)"], in: folder)
    try moto.start()
    try await Loopback.waitUntilItAnswers(endpoint, in: folder)
  }

  func stop() async throws {
    moto.send(SIGTERM)
    _ = try await moto.finish()
  }
}
