import AuditLedger
import Foundation
import Inventory
import ObjectStorage
import SavedReports

/// What became of a listing that was taken in, for people and for programs.
struct InventoryReport: Encodable {
  let side: String
  let format: String
  let files: [String]
  let kind: String?
  let bucket: String?
  /// Percent-encoded.
  let prefix: String?
  let objects: Int64
  /// Nil where the listing has no sizes.
  let bytes: Int64?
  let duplicates: Int64
  /// Versions that are not current, and marks of deletion; nil where the listing does not tell.
  let versions: Int64?
  let deleteMarks: Int64?
  let digests: Int64
  let folders: Int64
  let absent: Int64
  let dropped: Int64
  let missing: Int64

  init(_ outcome: SavedInventory.Outcome, side: Side, files: [String]) {
    self.side = side.rawValue
    self.files = files
    format = outcome.format.rawValue
    kind = outcome.place.kind?.rawValue
    bucket = outcome.place.bucket
    prefix = outcome.place.prefix?.percentEncoded
    objects = outcome.listing.objects
    bytes = outcome.hasSizes ? outcome.listing.bytes : nil
    duplicates = outcome.listing.duplicates
    versions = outcome.listing.versions
    deleteMarks = outcome.listing.deleteMarks
    digests = outcome.listing.digests
    folders = outcome.folders
    absent = outcome.absent
    dropped = outcome.listing.dropped
    missing = outcome.listing.missing
  }

  var text: String {
    let size = bytes.map { Wording.size($0) } ?? "sizes are not known"
    let count = files.count == 1 ? shownSafely(files[0]) : "\(Wording.count(files.count)) files"
    var lines = ["\(side): \(Wording.count(objects)) objects, \(size), from \(count), read as \(format)"]
    let others: [(number: Int64, words: String)] = [
      (versions ?? 0, "older versions"), (deleteMarks ?? 0, "marks of deletion"),
      (digests, "digests added"), (duplicates, "rows that named a key again"),
      (folders, "folders left out"), (absent, "rows of objects that the \(side) does not have"),
      (dropped, "keys of the listing before are gone"),
      (missing, "keys of the job that this listing does not name"),
    ]
    for other in others where other.number > 0 {
      lines.append("\(other.words): \(Wording.count(other.number))")
    }
    return lines.joined(separator: "\n")
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}
