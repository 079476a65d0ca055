import DevStore
import Foundation
import Glibc
import StorageTesting
import Testing

@Suite("names of the address file on the command line", .timeLimit(.minutes(10)))
struct AddressFileCommandTests {
  private static func write(_ text: String, mode: Int = 0o600, in folder: TemporaryFolder) throws {
    let place = folder.path + "/.config/tranship"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
    try Data(text.utf8).write(to: URL(fileURLWithPath: place + "/addresses.yaml"))
    try #require(chmod(place + "/addresses.yaml", mode_t(mode)) == 0)
  }

  private static func text(_ harbour: Harbour, sourceEndpoint: String? = nil) -> String {
    """
    orders:
      address: s3://from
      endpoint: \(sourceEndpoint ?? harbour.s3.endpoint)
    orders-sh:
      address: oss://into
      endpoint: \(harbour.oss.endpoint)
      region: cn-hangzhou
    """
  }

  @Test("a migration, a verification and an inventory by name are those of the addresses")
  func named() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 5)
    try Self.write(Self.text(harbour), in: harbour.folder)
    func run(_ arguments: [String]) async throws -> Finished {
      try await Tranship.command(arguments, environment: harbour.environment, in: harbour.folder).run()
    }
    let moved = try await run(["migrate", "orders", "orders-sh", "--ledger", "job.ledger"])
    #expect(moved.status == 0, "\(moved.stdout) \(moved.stderr)")
    #expect(try await harbour.arrived().mapValues(\.sha256) == written)
    // The ledger has the job that the addresses themselves are.
    let again = try await run(harbour.migration())
    #expect(again.status == 0, "\(again.stderr)")
    for command in [
      ["verify", "orders", "orders-sh", "--read", "destination"],
      ["plan", "orders", "orders-sh", "--ledger", "job.ledger"],
      ["doctor", "orders", "orders-sh"], ["inventory", "orders", "--ledger", "orders.ledger"],
      ["policy", "s3", "orders"],
    ] {
      let ended = try await run(command)
      #expect(ended.status == 0, "\(command): \(ended.stdout) \(ended.stderr)")
    }
    await harbour.stop()
  }

  @Test("an option goes before what the file says")
  func options() async throws {
    let harbour = try await Harbour()
    let written = try await harbour.fill(small: 2)
    // Nothing listens on the discard port.
    try Self.write(Self.text(harbour, sourceEndpoint: "http://127.0.0.1:9"), in: harbour.folder)
    let run = try await Tranship.command(
      [
        "migrate", "orders", "orders-sh", "--source-endpoint", harbour.s3.endpoint, "--ledger", "job.ledger",
      ], environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(run.status == 0, "\(run.stdout) \(run.stderr)")
    #expect(try await harbour.arrived().count == written.count)
    await harbour.stop()
  }

  @Test("with rights for others it is refused before anything is asked, and only where a name is used")
  func wideRights() async throws {
    let harbour = try await Harbour()
    _ = try await harbour.fill(small: 1)
    let asked = harbour.s3.journal().count
    for mode in [0o644, 0o660, 0o602] {
      try Self.write(Self.text(harbour), mode: mode, in: harbour.folder)
      let refused = try await Tranship.command(
        ["migrate", "orders", "orders-sh", "--ledger", "job.ledger"], environment: harbour.environment,
        in: harbour.folder
      ).run()
      #expect(refused.status == 64, "\(refused.stderr)")
      #expect(
        refused.stderr.contains("addresses.yaml is open to others (mode 0\(String(mode, radix: 8)))")
          && refused.stderr.contains("run chmod 600 on it"), "\(refused.stderr)")
    }
    #expect(harbour.s3.journal().count == asked && harbour.oss.journal().isEmpty)
    #expect(!FileManager.default.fileExists(atPath: harbour.folder.path + "/job.ledger"))
    let plain = try await Tranship.command(
      harbour.migration(), environment: harbour.environment, in: harbour.folder
    ).run()
    #expect(plain.status == 0, "\(plain.stderr)")
    await harbour.stop()
  }

  @Test("a name that there is not is named beside those that there are")
  func unknown() async throws {
    let folder = try TemporaryFolder()
    let none = try await Tranship.command(["verify", "orders", "s3://bbb"], in: folder).run()
    #expect(none.status == 64 && none.stderr.contains("the address orders is not valid: it has no scheme"))
    try Self.write("shop: {address: s3://shop}\nnas: {address: file:///mnt}\n", in: folder)
    let other = try await Tranship.command(["verify", "orders", "s3://bbb"], in: folder).run()
    #expect(other.status == 64 && other.stderr.contains("it has nas, shop"), "\(other.stderr)")
  }
}
