import ArgumentParser
import AuditLedger
import Checksums
import DevStore
import Foundation
import Migration
import NIOCore
import NIOPosix
import ObjectStorage
import Reports
import StorageClients
import StorageWire

/// The whole story on two embedded stores: migrate, one archived object fails, restore it, retry only that.
struct DemoRun {
  let scale: DemoData.Scale
  let root: String
  let console: Console
  /// Nil for as fast as the machine is.
  let bandwidth: Timetable?

  private static let sourceBucket = "harbour-orders"
  private static let destinationBucket = "harbour-orders-copy"

  func run() async throws -> ExitStatus {
    try DemoFolder(path: root).prepare()
    let keys = DevStoreKeys()
    let s3 = try await start(.s3, keys, Self.sourceBucket)
    let oss = try await start(.oss, keys, Self.destinationBucket)
    let transport = HTTPClient(
      group: MultiThreadedEventLoopGroup.singleton, security: try TransportSecurity())
    let clients = try DemoClients(
      s3: s3, oss: oss, keys: keys, transport: transport, Self.sourceBucket, Self.destinationBucket)
    let status = try await story(s3, clients)
    transport.shutDown()
    await s3.stop()
    await oss.stop()
    return status
  }

  private func start(_ dialect: Dialect, _ keys: DevStoreKeys, _ bucket: String) async throws -> DevStore {
    let store = try await DevStore.start(
      DevStoreConfiguration(
        dialect: dialect, root: "\(root)/\(dialect.rawValue)", accessKeyID: keys.accessKeyID,
        secretAccessKey: keys.secretAccessKey))
    try store.createBucket(bucket)
    return store
  }

  private func story(_ s3: DevStore, _ clients: DemoClients) async throws -> ExitStatus {
    console.note("writing the demo's objects to s3://\(Self.sourceBucket) at \(s3.endpoint)")
    let count = try await DemoData(scale: scale).write(
      to: clients.source, on: MultiThreadedEventLoopGroup.singleton)
    try s3.archive(bucket: Self.sourceBucket, key: DemoData.archivedKey.bytes)
    return try await withLedger("\(root)/demo.ledger", .create) { try await story(s3, clients, count, $0) }
  }

  private func story(
    _ s3: DevStore, _ clients: DemoClients, _ count: Int, _ ledger: Ledger
  ) async throws -> ExitStatus {
    console.note("migrating \(count) objects to oss://\(Self.destinationBucket)")
    let first = try await migrate(.migrate, clients, ledger)
    console.result("after the migration:")
    console.result(TallyText.lines(first.tally))
    try await ledger.forEachObject(in: .error) { row in
      console.result("error list: \(row.source.key.shown): \(row.message)")
    }
    guard first.tally.errors == [.archived: 1] else { return ExitStatus(first.tally) }

    let before = s3.journal().count
    try await clients.source.restore(DemoData.archivedKey, days: 1)
    console.note("restored \(DemoData.archivedKey.shown); trying the error list again")
    let second = try await migrate(.retry, clients, ledger)
    let read = s3.journal().dropFirst(before).filter { $0.operation == "GetObject" && $0.status < 300 }.count
    console.result("after the retry (\(read) object read again):")
    console.result(TallyText.lines(second.tally))
    try await finish(second.tally, seconds: first.seconds + second.seconds, ledger)
    return ExitStatus(second.tally)
  }

  private func migrate(
    _ command: MigrationRun.Command, _ clients: DemoClients, _ ledger: Ledger
  ) async throws -> (tally: Tally, seconds: Double) {
    let clock = RunClock.system
    let reporter = ProgressReporter(console: console, json: false, clock: clock)
    let configuration = RunConfiguration(
      source: RunSide(store: clients.source, prefix: ObjectKey("")),
      destination: RunSide(store: clients.destination, prefix: ObjectKey("")), jobName: "demo",
      pacing: Pacing(bandwidth: bandwidth),
      toolVersion: Version.text, clock: clock, eventLoops: MultiThreadedEventLoopGroup.singleton)
    let began = ContinuousClock.now
    let tally = try await MigrationRun(configuration, ledger: ledger) { reporter.receive($0) }.run(command)
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    return (tally, seconds)
  }

  private func finish(_ tally: Tally, seconds: Double, _ ledger: Ledger) async throws {
    let run = try await ledger.runs().last?.id ?? 1
    let files = try await writeReport(
      ledger: ledger, to: "\(root)/reports/demo/\(run)", toolVersion: Version.text)
    let speed = seconds > 0 ? Double(tally.bytesSent) / seconds / 1_048_576 : 0
    let rows = [
      ("objects", Wording.count(tally.completed)), ("bytes", Wording.size(tally.bytesCompleted)),
      ("seconds", Wording.decimal(seconds, places: 2)), ("MiB/s", Wording.decimal(speed, places: 1)),
      (
        "proofs",
        Proof.allCases.compactMap { proof in tally.proofs[proof].map { "\(proof.rawValue) \($0)" } }.joined(
          separator: ", ")
      ),
    ]
    console.result("")
    for (name, value) in rows {
      console.result(name + String(repeating: " ", count: max(1, 10 - name.count)) + value)
    }
    console.result("root      " + files.seal.root.hex)
    console.result("")
    console.result(files.summaryHTML)
  }
}

/// The two clients of the demo.
struct DemoClients {
  let source: S3Client
  let destination: OSSClient

  init(
    s3: DevStore, oss: DevStore, keys: DevStoreKeys, transport: HTTPClient, _ sourceBucket: String,
    _ destinationBucket: String
  ) throws(StorageError) {
    let credentials = Credentials(accessKeyID: keys.accessKeyID, secretAccessKey: keys.secretAccessKey)
    let now = RunClock.system.now
    func place(_ store: DevStore, _ bucket: String) throws(StorageError) -> StorePlace {
      StorePlace(
        bucket: bucket, endpoint: try HTTPOrigin(endpoint: store.endpoint), region: store.configuration.region
      )
    }
    source = S3Client(try place(s3, sourceBucket), credentials: credentials, transport: transport, now: now)
    destination = OSSClient(
      try place(oss, destinationBucket), credentials: credentials, transport: transport, now: now)
  }
}

/// The folder of the demo, begun anew by every run; a folder of somebody else's is left alone.
struct DemoFolder {
  let path: String

  private var marker: String { path + "/.made-by-tranship-demo" }

  func prepare() throws {
    let files = FileManager.default
    if files.fileExists(atPath: path) {
      let isEmpty = try files.contentsOfDirectory(atPath: path).isEmpty
      guard isEmpty || files.fileExists(atPath: marker) else {
        throw StorageError(
          .invalidRequest, "\(path) is not a folder of the demo and is not empty; name another with --root")
      }
      try files.removeItem(atPath: path)
    }
    try files.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Data().write(to: URL(fileURLWithPath: marker))
  }
}
