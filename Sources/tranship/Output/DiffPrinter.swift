import AuditLedger
import ObjectStorage
import Synchronization
import Verification

/// Writes what a comparison of inventories finds, a line a key.
final class DiffPrinter: Sendable {
  private let stream: ResultStream
  private let json: Bool
  private let limit: Int
  private let prefixes: (source: ObjectKey, destination: ObjectKey)
  private let shown = Mutex(0)

  init(
    _ stream: ResultStream, json: Bool, limit: Int?, prefixes: (source: ObjectKey, destination: ObjectKey)
  ) {
    self.stream = stream
    self.json = json
    self.limit = limit ?? .max
    self.prefixes = prefixes
  }

  /// False where nobody reads any more.
  func show(_ finding: InventoryDiff.Finding) -> Bool {
    let isShown = shown.withLock { count in
      guard count < limit else { return false }
      count += 1
      return true
    }
    return isShown ? stream.write(json ? object(finding) : line(finding)) : true
  }

  func finish(_ counts: InventoryDiff.Counts) {
    _ = stream.write(json ? object(counts) : line(counts))
  }

  private func name(_ object: ListedObject, _ prefix: ObjectKey) -> ObjectKey {
    ObjectKey(bytes: object.key.bytes.dropFirst(prefix.bytes.count))
  }

  private func line(_ finding: InventoryDiff.Finding) -> String {
    switch finding {
    case .onlySource(let object): "+ \(name(object, prefixes.source).shown)\n"
    case .onlyDestination(let object): "- \(name(object, prefixes.destination).shown)\n"
    case .differs(let one, let other, let difference):
      "* \(name(one, prefixes.source).shown) (\(words(one, other, difference)))\n"
    }
  }

  private func words(
    _ one: ListedObject, _ other: ListedObject, _ difference: ListedLikeness.Difference
  ) -> String {
    switch difference {
    case .size: "\(one.size) and \(other.size) bytes"
    case .digest: "\(shownSafely(one.eTag?.text ?? "")) and \(shownSafely(other.eTag?.text ?? ""))"
    }
  }

  private func line(_ counts: InventoryDiff.Counts) -> String {
    let kinds = [
      ("only source", counts.onlySource), ("only destination", counts.onlyDestination),
      ("differing", counts.differing), ("equal by digest", counts.equal),
      ("of equal size only", counts.sameSize),
    ]
    var words = kinds.map { "\($0) \(Wording.count($1.objects))" }
    if counts.excluded.objects > 0 { words.append("excluded \(Wording.count(counts.excluded.objects))") }
    return words.joined(separator: ", ") + "\n"
  }

  private func object(_ finding: InventoryDiff.Finding) -> String {
    var fields: [(String, String)]
    switch finding {
    case .onlySource(let object):
      fields = [("event", JSONText.string("only-source"))]
      fields += [("key", JSONText.string(name(object, prefixes.source).percentEncoded))]
      fields += Self.side("source", object)
    case .onlyDestination(let object):
      fields = [("event", JSONText.string("only-destination"))]
      fields += [("key", JSONText.string(name(object, prefixes.destination).percentEncoded))]
      fields += Self.side("destination", object)
    case .differs(let one, let other, let difference):
      fields = [("difference", JSONText.string(difference.rawValue)), ("event", JSONText.string("differs"))]
      fields += [("key", JSONText.string(name(one, prefixes.source).percentEncoded))]
      fields += Self.side("source", one) + Self.side("destination", other)
    }
    return Self.object(fields)
  }

  private static func side(_ side: String, _ object: ListedObject) -> [(String, String)] {
    [
      ("\(side)ETag", object.eTag.map { JSONText.string($0.text) } ?? "null"),
      ("\(side)ModifiedAt", object.lastModifiedAt.map { JSONText.string($0.iso8601) } ?? "null"),
      ("\(side)Size", "\(object.size)"),
    ]
  }

  private func object(_ counts: InventoryDiff.Counts) -> String {
    Self.object([
      ("event", JSONText.string("diff")), ("onlySource", "\(counts.onlySource.objects)"),
      ("onlyDestination", "\(counts.onlyDestination.objects)"), ("differing", "\(counts.differing.objects)"),
      ("equal", "\(counts.equal.objects)"), ("sameSize", "\(counts.sameSize.objects)"),
      ("excluded", "\(counts.excluded.objects)"),
    ])
  }

  private static func object(_ fields: [(String, String)]) -> String {
    "{" + fields.map { "\(JSONText.string($0)):\($1)" }.joined(separator: ",") + "}\n"
  }
}
