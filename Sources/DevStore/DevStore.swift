import NIOCore
import NIOHTTP1
import NIOPosix

/// An S3 or OSS server on 127.0.0.1 over a folder: for the demo, for trying things, and as the judge of the clients.
///
/// It checks signatures, digests and conditions with code of its own. Buckets survive a restart on the same root.
public final class DevStore: Sendable {
  public let configuration: DevStoreConfiguration
  public let port: Int
  let operations: Operations
  private let requests: Journal
  private let keyring: Keyring
  let faults: Faults
  private let listener: any Channel
  private let accepting: Task<Void, Never>

  /// The address for clients.
  public var endpoint: String { "http://127.0.0.1:\(port)" }

  /// Listens when it returns.
  public static func start(
    _ configuration: DevStoreConfiguration, witness: Witness? = nil
  ) async throws -> DevStore {
    let operations = try Operations(configuration)
    let journal = Journal()
    let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
      .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
      .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
      .bind(host: "127.0.0.1", port: configuration.port) { channel in
        channel.eventLoop.makeCompletedFuture {
          try channel.pipeline.syncOperations.configureHTTPServerPipeline(withPipeliningAssistance: false)
          return try ServerChannel(wrappingChannelSynchronously: channel)
        }
      }
    return DevStore(configuration, operations, journal, server, witness)
  }

  private init(
    _ configuration: DevStoreConfiguration, _ operations: Operations, _ journal: Journal,
    _ server: NIOAsyncChannel<ServerChannel, Never>, _ witness: Witness?
  ) {
    self.configuration = configuration
    self.operations = operations
    requests = journal
    let keyring = Keyring(configuration)
    self.keyring = keyring
    let faults = Faults(configuration.faults)
    self.faults = faults
    listener = server.channel
    port = server.channel.localAddress?.port ?? configuration.port
    accepting = Task {
      // The end of the listener ends the server; a broken connection ends only itself.
      try? await server.executeThenClose { connections in
        try await withThrowingDiscardingTaskGroup { group in
          for try await connection in connections {
            group.addTask {
              let session = Session(
                operations: operations, journal: journal, witness: witness, keyring: keyring,
                faults: faults)
              try? await session.run(connection)
            }
          }
        }
      }
    }
  }

  public func createBucket(_ name: String) throws { try operations.createBucket(name) }

  /// Makes an object unreadable until it is restored, as a lifecycle rule would.
  public func archive(bucket: String, key: [UInt8]) throws {
    let storageClass = configuration.dialect == .s3 ? "GLACIER" : "Archive"
    try operations.bucket(bucket).update(key) { object in
      object.storageClass = storageClass
      object.isRestored = false
      object.isRestoring = nil
    }
  }

  /// Ends a restore that was asked for: the object can be read.
  public func finishRestore(bucket: String, key: [UInt8]) throws {
    try operations.bucket(bucket).update(key) { object in
      guard object.isRestoring == true else { return }
      object.isRestoring = nil
      object.isRestored = true
    }
  }

  /// Ends the server's own keys, as temporary ones end, after so many requests more; others may take their place.
  public func endKeys(after requests: Int, successor: DevStoreKeyPair? = nil) {
    keyring.end(after: requests, successor: successor)
  }

  /// Every request that was answered so far.
  public func journal() -> [JournalEntry] { requests.all }

  /// Returns when an operation, such as `PutObject`, was answered so many times.
  public func wait(for operation: String, count: Int) async {
    await requests.wait(for: operation, count: count)
  }

  /// Ends the server and its connections.
  public func stop() async {
    accepting.cancel()
    await accepting.value
  }
}
