import AuditLedger
import Inventory
import Migration
import ObjectStorage

/// What stands in the bucket.
struct SummarySection {
  private let result: InventoryResult
  private var summary: InventorySummary { result.survey.summary }

  init(_ result: InventoryResult) { self.result = result }

  var text: String {
    [head, storageClasses, sizes, prefixes, eTags, keys].filter { !$0.isEmpty }.joined(separator: "\n\n")
  }

  private var head: String {
    var lines = [
      "\(shownSafely(result.address)) (\(result.side.rawValue)): \(Wording.objects(summary.total))",
      "listing: " + Self.listing(summary.pass, result.listRequests),
    ]
    if let saved = result.saved { lines.append(saved.text) }
    if summary.excluded.objects > 0 { lines.append("excluded: \(Wording.objects(summary.excluded))") }
    return lines.joined(separator: "\n")
  }

  private static func listing(_ pass: InventoryPass, _ requests: Int64?) -> String {
    guard let listing = pass.listing else { return "none" }
    var words = [listing.isComplete ? "complete" : "NOT complete"]
    switch listing.isOrdered {
    case true?: words.append("in the order of the key bytes")
    case false?: words.append("not in the order of the key bytes")
    case nil: break
    }
    if let requests {
      words.append("\(Wording.count(requests)) LIST \(requests == 1 ? "request" : "requests")")
    }
    if listing.restarts > 0 { words.append("begun again \(Wording.count(listing.restarts)) times") }
    words.append("\(Wording.count(listing.duplicates)) keys listed twice")
    if pass.noLongerNamed > 0 {
      words.append("\(Wording.count(pass.noLongerNamed)) keys of an earlier listing left out")
    }
    return (words + [versions(listing)]).joined(separator: ", ")
  }

  private static func versions(_ listing: ListingFacts) -> String {
    if let versions = listing.versions {
      let marks = listing.deleteMarks ?? 0
      return
        "\(Wording.count(versions)) older versions and \(Wording.count(marks)) marks of deletion beside"
    }
    switch listing.versioning {
    case .never?: return "no versions kept by the bucket"
    case .enabled?, .suspended?: return "older versions left out (--versions counts them)"
    case .unknown?, nil: return "versions not listed"
    }
  }

  private var storageClasses: String {
    var table = TextTable(["storage class", "objects", "bytes"], [.left, .right, .right])
    for (storageClass, share) in summary.sortedStorageClasses {
      table.add([storageClass.name.map(shownSafely) ?? "(not named)"] + Wording.cells(share))
    }
    let other = summary.otherStorageClasses
    if other.objects > 0 { table.add(["(further classes)"] + Wording.cells(other)) }
    return table.isEmpty ? "" : table.text
  }

  private var sizes: String {
    var table = TextTable(["size", "objects", "bytes"], [.left, .right, .right])
    for one in summary.sizes.classes where one.share.objects > 0 {
      let name = one.upTo.map { $0 == 0 ? "0 B" : "up to \(Wording.roundSize($0))" } ?? "larger"
      table.add([name] + Wording.cells(one.share))
    }
    return table.isEmpty ? "" : table.text
  }

  private var prefixes: String {
    let found = summary.prefixes.result
    guard found.folders > 0 else { return "" }
    var table = TextTable(["objects", "bytes", "prefix"], [.right, .right, .left])
    for folder in found.largest {
      let name = folder.prefix.shown
      table.add(Wording.cells(folder.share) + [name.isEmpty ? "(no folder)" : name])
    }
    let more = found.folders - Int64(found.largest.count)
    return table.text + (more > 0 ? "\nand \(Wording.count(more)) smaller ones" : "")
  }

  private var eTags: String {
    let tags = summary.eTags
    var table = TextTable(["ETag", "objects"], [.left, .right])
    let parts = tags.parts.classes.filter { $0.share.objects > 0 }.map { one in
      let span = one.upTo == one.from ? "1 part" : "\(one.from) to \(one.upTo ?? one.from) parts"
      return "\(span): \(Wording.count(one.share.objects))"
    }
    if tags.md5 > 0 { table.add(["MD5", Wording.count(tags.md5)]) }
    if tags.multipart > 0 { table.add(["multipart", Wording.count(tags.multipart)], notes: parts) }
    if tags.other > 0 { table.add(["of another form", Wording.count(tags.other)]) }
    if tags.none > 0 { table.add(["none", Wording.count(tags.none)]) }
    return table.isEmpty ? "" : table.text
  }

  private var keys: String {
    var table = TextTable([], [.left, .right, .left])
    let keys = summary.keys
    if let oldest = summary.oldest { table.add(["oldest", oldest.at.iso8601, oldest.key.shown]) }
    if let newest = summary.newest { table.add(["newest", newest.at.iso8601, newest.key.shown]) }
    if summary.undated > 0 { table.add(["without a time", Wording.count(summary.undated)]) }
    if let longest = keys.longest {
      table.add(["longest key", "\(Wording.count(longest.bytes.count)) B", longest.shown])
    }
    table.add(["folder markers", Wording.count(keys.slashMarkers), "a/"])
    table.add(["Hadoop's markers", Wording.count(keys.hadoopMarkers), "a_$folder$"])
    table.add(
      ["keys not UTF-8", Wording.count(keys.notText)], notes: keys.notTextExamples.map(\.shown))
    return table.text
  }
}
