import DevStore
import Foundation
import NIOPosix
import StorageClients
import Synchronization

/// What a row is run on: a folder, a server for each side, and one that nobody has a reason to ask.
final class SelfTestStage: Sendable {
  static let sourceBucket = "from"
  static let destinationBucket = "into"
  /// Rows of a page of a listing at most: the bucket takes three pages.
  private static let pageLimit = 4

  let folder: String
  let keys: DevStoreKeys
  let source: DevStore
  let destination: DevStore
  let canary: DevStore
  let clients: DemoClients
  private let transport: HTTPClient
  private let bell: Bell

  /// What the folder holds of either server is taken up.
  private init(folder: String, keys: DevStoreKeys) async throws {
    let bell = Bell()
    (self.folder, self.keys, self.bell) = (folder, keys, bell)
    source = try await Self.store(.s3, folder + "/source", keys)
    destination = try await Self.store(
      .oss, folder + "/destination", keys, Witness { moment, _ in if moment == .done { bell.strike() } })
    canary = try await Self.store(.s3, folder + "/canary", keys)
    try source.createBucket(Self.sourceBucket)
    try destination.createBucket(Self.destinationBucket)
    transport = HTTPClient(
      group: MultiThreadedEventLoopGroup.singleton, security: try TransportSecurity())
    clients = try DemoClients(
      s3: source, oss: destination, keys: keys, transport: transport, Self.sourceBucket,
      Self.destinationBucket)
  }

  private static func store(
    _ dialect: Dialect, _ root: String, _ keys: DevStoreKeys, _ witness: Witness? = nil
  ) async throws -> DevStore {
    try await DevStore.start(
      DevStoreConfiguration(
        dialect: dialect, root: root, accessKeyID: keys.accessKeyID, secretAccessKey: keys.secretAccessKey,
        pageLimit: pageLimit), witness: witness)
  }

  var sourceFolder: String { "\(folder)/source/buckets/\(Self.sourceBucket)" }
  var destinationFolder: String { "\(folder)/destination/buckets/\(Self.destinationBucket)" }

  /// Both servers answer as a row's plans say, or well again.
  func follow(_ row: SelfTestRow?, seed: UInt64) throws {
    source.follow(try row.flatMap { try Self.plan($0.source, seed, canary) })
    destination.follow(try row.flatMap { try Self.plan($0.destination, seed, canary) })
  }

  private static func plan(_ rules: [String], _ seed: UInt64, _ canary: DevStore) throws -> FaultPlan? {
    guard !rules.isEmpty else { return nil }
    let texts = rules.enumerated().map { index, rule in
      "{\"id\":\"rule \(index + 1)\",\(rule.replacingOccurrences(of: "CANARY", with: canary.endpoint))}"
    }
    return try FaultPlan(json: Array("{\"seed\":\(seed),\"rules\":[\(texts.joined(separator: ","))]}".utf8))
  }

  /// Does something once, when so many requests to the destination were served and not yet answered.
  func when(_ requests: Int, _ action: @escaping @Sendable () -> Void) { bell.set(requests, action) }

  /// Opens a stage for as long as an action runs.
  static func use<Value: Sendable>(
    folder: String, keys: DevStoreKeys, _ action: (SelfTestStage) async throws -> Value
  ) async throws -> Value {
    let stage = try await SelfTestStage(folder: folder, keys: keys)
    do {
      let value = try await action(stage)
      await stage.close()
      return value
    } catch {
      await stage.close()
      throw error
    }
  }

  private func close() async {
    transport.shutDown()
    for store in [source, destination, canary] { await store.stop() }
  }
}

/// Counts down and then does something once.
private final class Bell: Sendable {
  private let state = Mutex<(left: Int, action: (@Sendable () -> Void)?)>((0, nil))

  func set(_ count: Int, _ action: @escaping @Sendable () -> Void) {
    state.withLock { $0 = (count, action) }
  }

  func strike() {
    let action = state.withLock { state -> (@Sendable () -> Void)? in
      state.left -= 1
      guard state.left == 0 else { return nil }
      return state.action
    }
    action?()
  }
}
