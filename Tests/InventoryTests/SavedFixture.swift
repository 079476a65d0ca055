import AuditLedger
import Foundation
import Inventory
import ObjectStorage
import SavedReports
import StorageTesting

/// A folder with a ledger and the files of listings.
struct SavedFixture {
  let folder: TemporaryFolder
  private let at = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)

  init() throws { folder = try TemporaryFolder() }

  /// Writes a file; returns its path.
  func file(_ bytes: [UInt8], _ name: String) throws -> String {
    let url = folder.url.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: url)
    return url.path
  }

  func open() async throws -> Ledger { try await Ledger.open("\(folder.path)/job.ledger", .create) }

  func take(
    _ paths: [String], into ledger: Ledger,
    _ settings: SavedInventory.Settings = SavedInventory.Settings(side: .source), replaces: Bool = false
  ) async throws(InventoryFailure) -> SavedInventory.Outcome {
    try await SavedInventory(paths, settings).run(
      into: ledger, replaces: replaces, keepsVersions: false, at: at
    ) { _ in }
  }

  /// Takes a listing into a new ledger and gives what the source has then.
  func listed(
    _ paths: [String], _ settings: SavedInventory.Settings = SavedInventory.Settings(side: .source)
  ) async throws -> (outcome: SavedInventory.Outcome, objects: [ListedObject]) {
    let ledger = try await Ledger.open("\(folder.path)/\(UUID().uuidString).ledger", .create)
    let outcome = try await take(paths, into: ledger, settings)
    let objects = try await contents(ledger)
    await ledger.close()
    return (outcome, objects)
  }

  /// Why a listing is refused by a new ledger; nil where it is not.
  func refusal(
    _ paths: [String], _ settings: SavedInventory.Settings = SavedInventory.Settings(side: .source)
  ) async throws -> String? {
    let ledger = try await Ledger.open("\(folder.path)/\(UUID().uuidString).ledger", .create)
    let refusal = try await refusal(paths, by: ledger, settings)
    await ledger.close()
    return refusal
  }

  /// Why a listing is refused by a ledger; that it stays as it was is checked.
  func refusal(
    _ paths: [String], by ledger: Ledger,
    _ settings: SavedInventory.Settings = SavedInventory.Settings(side: .source), replaces: Bool = false
  ) async throws -> String? {
    let (tally, state) = (try await ledger.tally(), try await ledger.inventoryState(settings.side))
    let before = try await contents(ledger)
    guard let failure = await failure(paths, ledger, settings, replaces: replaces) else { return nil }
    guard case .store(let error) = failure else { throw failure }
    let (tallyAfter, stateAfter) = (try await ledger.tally(), try await ledger.inventoryState(settings.side))
    let after = try await contents(ledger)
    let isSame = after == before && tallyAfter == tally && stateAfter == state
    return isSame ? error.message : "the ledger changed: \(error.message)"
  }

  private func failure(
    _ paths: [String], _ ledger: Ledger, _ settings: SavedInventory.Settings, replaces: Bool
  ) async -> InventoryFailure? {
    do throws(InventoryFailure) {
      _ = try await take(paths, into: ledger, settings, replaces: replaces)
      return nil
    } catch {
      return error
    }
  }

  private func contents(_ ledger: Ledger) async throws -> [ListedObject] {
    var objects: [ListedObject] = []
    try await ledger.forEachObject(in: nil) { objects.append($0.source) }
    return objects
  }
}

func fixture(_ name: String) -> String { Fixtures.folder.appendingPathComponent(name).path }

func bytes(ofFixture name: String) throws -> [UInt8] { Array(try Fixtures.data(name)) }

/// gzip, as the program of that name makes it.
func gzipped(_ bytes: [UInt8], _ fixture: SavedFixture, _ name: String) async throws -> String {
  let path = try fixture.file(bytes, name)
  _ = try await Subprocess("/usr/bin/gzip", ["-f", path], in: fixture.folder).run()
  return path + ".gz"
}
