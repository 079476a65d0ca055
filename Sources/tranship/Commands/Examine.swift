import ArgumentParser
import AuditLedger
import Foundation
import Migration
import NIOPosix
import ObjectStorage
import StorageClients
import Synchronization

struct Examine: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Looks at both sides before a migration: credentials, rights, clock, digests, conditions.",
    discussion: """
      EXAMPLE
        tranship doctor s3://shop oss://shop-sh --source-region ap-northeast-1 --destination-region cn-shanghai

      Reads one byte of one object, begins one upload at the destination and drops it again; stores nothing.
      Exits with 0 where nothing stands in the way, with 1 where something does.
      """)

  @Argument(help: "s3://bucket/prefix, oss://bucket/prefix, file:///directory, or a name of the address file")
  var source: String
  @Argument(help: "The same forms.")
  var destination: String
  @OptionGroup(title: "Source") var sourceOptions: SourceOptions
  @OptionGroup(title: "Destination") var destinationOptions: DestinationOptions
  @OptionGroup(title: "Connection") var connection: ConnectionOptions

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let clock = RunClock.system
      let factory = try StoreFactory(connection, clock: clock)
      defer { factory.transport.shutDown() }
      let book = AddressBook()
      let (source, sourceSettings) = try book.side(source, sourceOptions.settings)
      let (destination, destinationSettings) = try book.side(destination, destinationOptions.settings)
      let worst = Mutex(false)
      let say: @Sendable (Finding) -> Void = { finding in
        if finding.health == .bad { worst.withLock { $0 = true } }
        console.result(
          "\(Self.mark(finding.health)) \(finding.side.rawValue) \(finding.check): \(finding.text)")
      }
      let sourceStore = try await factory.open(source, .source, sourceSettings)
      let destinationStore = try await factory.open(destination, .destination, destinationSettings)
      let doctor = Doctor(
        source: RunSide(store: sourceStore, prefix: source.prefix),
        destination: RunSide(store: destinationStore, prefix: destination.prefix),
        retrying: Retrying(
          policy: RetryPolicy(maximumTries: 3), budget: RequestBudget(retries: 20), clock: clock),
        eventLoop: MultiThreadedEventLoopGroup.singleton.next(), report: say)
      for (side, location) in [
        (Side.source, doctor.sourceLocation), (.destination, doctor.destinationLocation),
      ] {
        await ClockCheck(transport: factory.transport, clock: clock).examine(side, location, say)
      }
      if let finding = SourceRights.finding(source: sourceStore, destination: destinationStore) {
        say(finding)
      }
      await doctor.examine()
      return worst.withLock { $0 } ? .errors : .completed
    }
  }

  private static func mark(_ health: Finding.Health) -> String {
    switch health {
    case .good: "ok    "
    case .notice: "note  "
    case .bad: "PROBLEM"
    }
  }
}

/// Compares the machine's clock with the `Date` of a store's answer.
struct ClockCheck {
  let transport: HTTPClient
  let clock: RunClock

  /// Stores refuse signatures that are a quarter of an hour off.
  private static let tolerated: Int64 = 5 * 60

  func examine(_ side: Side, _ location: StoreLocation, _ report: (Finding) -> Void) async {
    guard !location.endpoint.isEmpty else { return }
    do {
      let origin = try HTTPOrigin(endpoint: location.endpoint, allowingPlainHTTP: true)
      let response = try await transport.send(
        HTTPRequest(.get, origin, target: "/"), on: nil)
      response.body.cancel()
      guard let date = response.fields["date"].flatMap({ Timestamp(httpDate: $0) }) else {
        return report(
          Finding(side, "clock", .notice, "the store sends no Date, so the clocks were not compared"))
      }
      let offset = date.secondsSinceEpoch - clock.now().secondsSinceEpoch
      report(
        Finding(
          side, "clock", abs(offset) > Self.tolerated ? .bad : .good,
          "the store's clock is \(abs(offset)) s \(offset < 0 ? "behind" : "ahead of") this machine's"))
    } catch {
      report(Finding(side, "reach", .bad, "\(error)"))
    }
  }
}
