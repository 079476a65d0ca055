import ObjectStorage
import StorageWire
import Testing

@testable import StorageClients

/// Clients of a scripted server, with a clock that stands still.
enum Clients {
  static let now = Timestamp(millisecondsSinceEpoch: 1_704_164_645_000)
  static let credentials = Credentials(
    accessKeyID: "AKIDEXAMPLE", secretAccessKey: "markersecret", sessionToken: "markertoken")

  static func place(_ server: ScriptedServer) -> StorePlace {
    StorePlace(
      bucket: "bucket", endpoint: HTTPOrigin(scheme: .http, host: "127.0.0.1", port: server.port),
      region: "r-1")
  }

  static func s3(_ server: ScriptedServer) throws -> S3Client {
    S3Client(place(server), credentials: credentials, transport: try Sending.client()) { now }
  }

  static func oss(
    _ server: ScriptedServer, _ version: OSSClient.ListVersion = .two
  ) throws -> OSSClient {
    OSSClient(
      place(server), credentials: credentials, transport: try Sending.client(), listVersion: version
    ) { now }
  }

  static func answer(
    _ status: Int, _ document: String = "", _ fields: [String] = []
  ) -> ScriptedServer.Action {
    let head = (["HTTP/1.1 \(status) X", "Content-Length: \(document.utf8.count)"] + fields)
      .joined(separator: "\r\n")
    return .send(head + "\r\n\r\n" + document)
  }

  /// The error of a call, which must fail.
  static func error(of call: () async throws -> Void) async -> StorageError? {
    await #expect(throws: StorageError.self) { try await call() }
  }
}
