import AuditLedger
import Inventory
import Migration
import ObjectStorage
import Synchronization

/// Takes the listing of one side from files that somebody saved and says what is there.
struct FileInventory {
  let files: [String]
  let side: Side
  let saved: SavedListingOptions
  let keepsVersions: Bool
  let survey: SurveyOptions
  /// What is counted; every key is taken in.
  let filter: ObjectFilter
  let json: Bool
  let console: Console

  /// Throws before a ledger is made where the first file is no listing at all.
  func recognise() throws { _ = try inventory().recognise() }

  func run(_ ledger: Ledger) async throws -> ExitStatus {
    let outcome = try await take(into: ledger)
    let place = JobSide(outcome.place)
    let landing = try survey.landing(from: place.keyPrefix)
    var counted = InventorySurvey(of: place, depth: survey.depth, to: landing)
    try await counted.run(over: ledger, side) { filter.exclusion(of: $0, below: place.keyPrefix) == nil }
    var result = InventoryResult(
      side: side, address: address(of: outcome, place), survey: counted, rates: survey.rates)
    result.saved = SavedFacts(outcome, files: files)
    try InventoryReport(result: result).show(console, json: json)
    return .completed
  }

  private func inventory() throws(StorageError) -> SavedInventory {
    SavedInventory(
      files,
      SavedInventory.Settings(
        side: side, format: saved.format, place: try saved.place(), isLenient: saved.isLenient,
        dataFolder: saved.dataFolder))
  }

  private func take(into ledger: Ledger) async throws -> SavedInventory.Outcome {
    let inventory = try inventory()
    let rows = Mutex<Int>(0)
    do throws(InventoryFailure) {
      return try await inventory.run(
        into: ledger, replaces: saved.replaces, keepsVersions: keepsVersions, at: RunClock.system.now()
      ) { count in
        let all = rows.withLock { rows in
          rows += count
          return rows
        }
        console.progress("\(Wording.count(all)) rows")
      }
    } catch {
      switch error {
      case .store(let error): throw error
      case .ledger(let error): throw error
      }
    }
  }

  /// As far as anybody said what the listing is of.
  private func address(of outcome: SavedInventory.Outcome, _ place: JobSide) -> String {
    if outcome.place.kind != nil, outcome.place.bucket != nil { return place.url }
    return outcome.place.bucket ?? (files.count == 1 ? files[0] : "saved listing")
  }
}

extension JobSide {
  /// What a saved listing is of, as far as it is known; of an S3 bucket where nothing is.
  fileprivate init(_ place: ListingPlace) {
    self.init(
      kind: place.kind ?? .s3, bucket: place.bucket ?? "", prefix: place.prefix?.percentEncoded ?? "",
      endpoint: "", region: "")
  }
}
