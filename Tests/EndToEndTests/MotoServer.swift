import Foundation
import Glibc
import StorageTesting

/// An imitation of S3 by others, from PyPI, that takes nearly every key as it is.
final class MotoServer: OthersServer {
  private let moto: Subprocess
  let endpoint: String

  init(in folder: TemporaryFolder) async throws {
    let python = Fixtures.folder.deletingLastPathComponent().appendingPathComponent(".venv/bin/python").path
    (moto, endpoint) = try await Loopback.start(in: folder) {
      let port = try Loopback.freePorts(1)[0]
      return (
        Subprocess(python, ["-m", "moto.server", "-H", "127.0.0.1", "-p", "\(port)"], in: folder),
        "http://127.0.0.1:\(port)"
      )
    }
  }

  func stop() async throws {
    moto.send(SIGTERM)
    _ = try await moto.finish()
  }
}
