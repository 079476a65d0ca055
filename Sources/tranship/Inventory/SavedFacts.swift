import AuditLedger
import Inventory
import SavedReports

/// What became of the files that an inventory was taken from.
struct SavedFacts: Encodable {
  let format: String
  let files: [String]
  /// Digests that were not in the ledger.
  let digests: Int64
  /// Entries that are folders of a file system.
  let folders: Int64
  /// Rows of objects that the side does not have.
  let absent: Int64
  /// Keys of the listing before that this one does not name.
  let dropped: Int64
  /// The same, of keys that the job answers for: they stay.
  let missing: Int64

  init(_ outcome: SavedInventory.Outcome, files: [String]) {
    self.files = files
    format = outcome.format.rawValue
    digests = outcome.listing.digests
    folders = outcome.folders
    absent = outcome.absent
    dropped = outcome.listing.dropped
    missing = outcome.listing.missing
  }

  /// For people; counts of nothing are left out.
  var text: String {
    let count = files.count == 1 ? "1 file" : "\(Wording.count(files.count)) files"
    let others: [(number: Int64, words: String)] = [
      (digests, "digests added"), (folders, "folders left out"),
      (absent, "rows of objects that are not there"), (dropped, "keys of the listing before are gone"),
      (missing, "keys of the job are not named any more"),
    ]
    let words = others.filter { $0.number > 0 }.map { "\(Wording.count($0.number)) \($0.words)" }
    return (["from \(count), read as \(format)"] + words).joined(separator: ", ")
  }
}
