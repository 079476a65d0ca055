import Foundation
import Glibc
import StorageTesting
import Testing

/// A real S3 store of others, from PyPI.
final class SeaweedFS: OthersServer {
  private let weed: Subprocess
  let endpoint: String

  static let keys = ["AWS_ACCESS_KEY_ID": "testkey", "AWS_SECRET_ACCESS_KEY": "testsecret12"]

  init(in folder: TemporaryFolder) async throws {
    let binary = Fixtures.folder.deletingLastPathComponent().appendingPathComponent(".venv/bin/weed").path
    let identities = """
      {"identities":[{"name":"t","credentials":[{"accessKey":"testkey","secretKey":"testsecret12"}],\
      "actions":["Admin","Read","Write","List","Tagging"]}]}
      """
    (weed, endpoint) = try await Loopback.start(in: folder) {
      let root = "\(folder.path)/seaweed-\(UUID().uuidString)"
      for name in ["logs", "data"] {
        try FileManager.default.createDirectory(atPath: "\(root)/\(name)", withIntermediateDirectories: true)
      }
      try identities.write(toFile: root + "/ids.json", atomically: true, encoding: .utf8)
      let ports = try Loopback.freePorts(8)
      let server = Subprocess(
        binary,
        [
          "-logtostderr=false", "-logdir=\(root)/logs", "server", "-dir=\(root)/data", "-ip=127.0.0.1",
          "-ip.bind=127.0.0.1", "-master.telemetry=false", "-master.volumeSizeLimitMB=1024", "-volume.max=64",
          "-s3", "-s3.port.iceberg=0", "-s3.port.lance=0", "-s3.iam=false", "-s3.config=\(root)/ids.json",
        ] + zip(Self.ports, ports).map { "-\($0)=\($1)" }, in: folder)
      return (server, "http://127.0.0.1:\(ports[6])")
    }
  }

  private static let ports = [
    "master.port", "master.port.grpc", "volume.port", "volume.port.grpc", "filer.port", "filer.port.grpc",
    "s3.port", "s3.port.grpc",
  ]

  /// An orderly end takes it half a minute, and its data is thrown away.
  func stop() async throws {
    weed.send(SIGKILL)
    _ = try await weed.finish()
  }
}
