import AuditLedger
import Migration

/// Everything that `tranship inventory` tells.
struct InventoryResult {
  var side: Side
  /// What is listed, as far as it is known.
  var address: String
  var survey: InventorySurvey
  /// Pages that this command asked the store for; nil where it asked none.
  var listRequests: Int64?
  var relisting: Relisting?
  var rates: CostRates
  /// Nil where a store was listed.
  var saved: SavedFacts?
}

/// Rates that times are estimated at.
struct CostRates {
  var bytesPerSecond: Int64?
  var requestsPerSecond: Int64?

  /// Seconds for bytes and for requests, and for both at one time; nil where no rate is given.
  func seconds(_ cost: CostSheet) -> (bytes: Double?, requests: Double?, both: Double?) {
    let bytes = bytesPerSecond.flatMap { cost.seconds(atBytesPerSecond: $0) }
    let requests = requestsPerSecond.flatMap { cost.seconds(atRequestsPerSecond: $0) }
    return (bytes, requests, [bytes, requests].compactMap(\.self).max())
  }
}
