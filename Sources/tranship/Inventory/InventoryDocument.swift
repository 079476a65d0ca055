import AuditLedger
import Foundation
import Inventory
import Migration
import ObjectStorage

/// The JSON document of `tranship inventory`; `docs/inventory.md` says what every name means.
struct InventoryDocument: Encodable {
  var address: String
  var side: String
  var listing: Listing
  var objects: Int64
  var bytes: Int64
  var excluded: Share
  var storageClasses: [StorageClassShare]
  var sizes: [ClassShare]
  var prefixes: Prefixes
  var oldest: Dated?
  var newest: Dated?
  var undated: Int64
  var eTags: ETags
  var keys: Keys
  var relisting: [String: Change]?
  /// Nil where a store was listed.
  var saved: SavedFacts?
  var preflight: PreflightDocument?
  var cost: CostDocument?

  struct Share: Encodable {
    var objects: Int64
    var bytes: Int64

    init(_ share: ObjectShare) {
      objects = share.objects
      bytes = share.bytes
    }
  }

  struct Listing: Encodable {
    var complete: Bool
    var ordered: Bool?
    var restarts: Int64
    var duplicates: Int64
    var noLongerNamed: Int64
    var requests: Int64?
    var versions: Versions
  }

  struct Versions: Encodable {
    /// Whether the bucket keeps versions; nil where nobody asked.
    var versioning: String?
    /// Nil where nobody counted.
    var older: Int64?
    var deleteMarks: Int64?
  }

  struct StorageClassShare: Encodable {
    /// Nil where the listing names none.
    var storageClass: String?
    var objects: Int64
    var bytes: Int64
  }

  struct ClassShare: Encodable {
    var from: Int64
    /// Nil for the class without an end.
    var upTo: Int64?
    var objects: Int64
    var bytes: Int64
  }

  struct Prefixes: Encodable {
    var depth: Int
    var count: Int64
    var largest: [Prefix]
  }

  struct Prefix: Encodable {
    var prefix: String
    var objects: Int64
    var bytes: Int64
  }

  struct Dated: Encodable {
    var key: String
    var modifiedAt: String
  }

  struct ETags: Encodable {
    var md5: Int64
    var multipart: Int64
    var other: Int64
    var none: Int64
    var parts: Int64
    var partCounts: [ClassShare]
  }

  struct Keys: Encodable {
    var emptyObjects: Int64
    var slashMarkers: Int64
    var hadoopMarkers: Int64
    var notUTF8: Int64
    var notUTF8Examples: [String]
    var longest: String?
    var longestBytes: Int
  }

  struct Change: Encodable {
    var count: Int64
    var examples: [String]
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }
}

extension InventoryDocument {
  init(_ result: InventoryResult) {
    let summary = result.survey.summary
    address = result.address
    side = result.side.rawValue
    listing = Listing(summary.pass, requests: result.listRequests)
    objects = summary.total.objects
    bytes = summary.total.bytes
    excluded = Share(summary.excluded)
    storageClasses = summary.sortedStorageClasses.map {
      StorageClassShare(storageClass: $0.name, objects: $1.objects, bytes: $1.bytes)
    }
    sizes = summary.sizes.classes.map { ClassShare($0) }
    let folders = summary.prefixes.result
    prefixes = Prefixes(
      depth: summary.prefixes.depth, count: folders.folders,
      largest: folders.largest.map {
        Prefix(prefix: $0.prefix.percentEncoded, objects: $0.share.objects, bytes: $0.share.bytes)
      })
    oldest = summary.oldest.map { Dated($0) }
    newest = summary.newest.map { Dated($0) }
    undated = summary.undated
    eTags = ETags(summary.eTags)
    keys = Keys(summary)
    relisting = result.relisting.map { relisting in
      Dictionary(uniqueKeysWithValues: ListingChange.allCases.map { ($0.rawValue, Change(relisting, $0)) })
    }
    saved = result.saved
    preflight = result.survey.preflight.map { PreflightDocument($0) }
    cost = result.survey.preflight.map { CostDocument($0.cost, result.rates) }
  }
}

extension InventoryDocument.Listing {
  fileprivate init(_ pass: InventoryPass, requests: Int64?) {
    self.init(
      complete: pass.listing?.isComplete ?? false, ordered: pass.listing?.isOrdered,
      restarts: pass.listing?.restarts ?? 0, duplicates: pass.listing?.duplicates ?? 0,
      noLongerNamed: pass.noLongerNamed, requests: requests,
      versions: InventoryDocument.Versions(
        versioning: pass.listing?.versioning?.rawValue, older: pass.listing?.versions,
        deleteMarks: pass.listing?.deleteMarks))
  }
}

extension InventoryDocument.ClassShare {
  fileprivate init(_ one: Histogram.Class) {
    self.init(from: one.from, upTo: one.upTo, objects: one.share.objects, bytes: one.share.bytes)
  }
}

extension InventoryDocument.Dated {
  fileprivate init(_ dated: InventorySummary.Dated) {
    self.init(key: dated.key.percentEncoded, modifiedAt: dated.at.iso8601)
  }
}

extension InventoryDocument.ETags {
  fileprivate init(_ tags: ETagTally) {
    self.init(
      md5: tags.md5, multipart: tags.multipart, other: tags.other, none: tags.none, parts: tags.allParts,
      partCounts: tags.parts.classes.map { InventoryDocument.ClassShare($0) })
  }
}

extension InventoryDocument.Keys {
  fileprivate init(_ summary: InventorySummary) {
    let keys = summary.keys
    self.init(
      emptyObjects: summary.sizes.classes.first?.share.objects ?? 0, slashMarkers: keys.slashMarkers,
      hadoopMarkers: keys.hadoopMarkers, notUTF8: keys.notText,
      notUTF8Examples: keys.notTextExamples.map(\.percentEncoded), longest: keys.longest?.percentEncoded,
      longestBytes: keys.longest?.bytes.count ?? 0)
  }
}

extension InventoryDocument.Change {
  fileprivate init(_ relisting: Relisting, _ change: ListingChange) {
    self.init(
      count: relisting.count(change), examples: (relisting.examples[change] ?? []).map(\.percentEncoded))
  }
}
