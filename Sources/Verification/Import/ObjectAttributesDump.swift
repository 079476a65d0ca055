import Checksums
import Foundation
import ObjectStorage
import SavedReports

/// Objects of JSON as `aws s3api get-object-attributes` and `head-object` print them, each with its `Key` beside it.
struct ObjectAttributesDump: EvidenceFormat {
  let namesAreWholeKeys = true
  private var pieces = JSONPieces()

  mutating func read(_ line: ReportLine) -> [EvidenceFinding] { pieces.read(line).map(Self.finding) }

  mutating func lose(line: Int64) -> [EvidenceFinding] { [Self.finding(pieces.lose(line: line))] }

  mutating func finish() -> [EvidenceFinding] { pieces.finish().map(Self.finding) }

  /// Whether the beginning of a file looks like such objects; every one has a key and an ETag or a checksum.
  static func recognises(head: ArraySlice<UInt8>) -> Bool {
    guard let first = head.first(where: { !$0.isBlank }) else { return false }
    guard first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else { return false }
    let text = String(decoding: head, as: UTF8.self)
    return text.contains("\"Key\"") && (text.contains("\"ETag\"") || text.contains("\"Checksum"))
  }

  private static func finding(_ piece: JSONPieces.Piece) -> EvidenceFinding {
    switch piece {
    case .problem(let line, let cause): return EvidenceFinding(line: line, .problem(cause))
    case .object(let line, let bytes):
      do throws(ReportProblem) {
        let row = try DumpedObject.read(bytes).row
        return EvidenceFinding(line: line, row.checksums.isEmpty ? .withoutDigest : .row(row))
      } catch {
        return EvidenceFinding(line: line, .problem(error.cause))
      }
    }
  }
}

/// One object of such a dump; what it has besides is not looked at.
private struct DumpedObject: Decodable {
  struct Parts: Decodable {
    var TotalPartsCount: Int?
    var PartsCount: Int?
  }

  var key: String
  var eTag: String?
  var size: Int64?
  var versionID: String?
  var lastModified: String?
  var partCount: Int?
  var checksums: [String: String] = [:]
  /// Whether the answer is that for one part or range: its digests are not the object's.
  var isOfPart: Bool

  /// A name of a member, whichever.
  struct Member: CodingKey {
    var stringValue: String
    var intValue: Int? { nil }
    init(_ name: String) { stringValue = name }
    init?(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }

  init(from decoder: any Decoder) throws {
    let members = try decoder.container(keyedBy: Member.self)
    key = try members.decode(String.self, forKey: Member("Key"))
    eTag = try members.decodeIfPresent(String.self, forKey: Member("ETag"))
    size =
      try members.decodeIfPresent(Int64.self, forKey: Member("ObjectSize"))
      ?? members.decodeIfPresent(Int64.self, forKey: Member("ContentLength"))
    versionID = try members.decodeIfPresent(String.self, forKey: Member("VersionId"))
    lastModified = try members.decodeIfPresent(String.self, forKey: Member("LastModified"))
    let parts = try members.decodeIfPresent(Parts.self, forKey: Member("ObjectParts"))
    partCount = parts?.TotalPartsCount ?? parts?.PartsCount
    isOfPart = members.contains(Member("PartsCount")) || members.contains(Member("ContentRange"))
    let nested = Member("Checksum")
    let isNested = try members.contains(nested) && !members.decodeNil(forKey: nested)
    let place = isNested ? try members.nestedContainer(keyedBy: Member.self, forKey: nested) : members
    for name in ["Type"] + StoreChecksum.algorithms.map(\.name) {
      checksums[name] = try place.decodeIfPresent(String.self, forKey: Member("Checksum" + name))
    }
  }

  static func read(_ bytes: [UInt8]) throws(ReportProblem) -> DumpedObject {
    do {
      return try JSONDecoder().decode(DumpedObject.self, from: Data(bytes))
    } catch DecodingError.keyNotFound(let key, _) {
      throw ReportProblem("the object has no \(key.stringValue)")
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
      let name = context.codingPath.last?.stringValue ?? "the object"
      throw ReportProblem("\(shownSafely(name)) is not what it should be")
    } catch {
      throw ReportProblem("not valid JSON")
    }
  }

  var row: EvidenceRow {
    get throws(ReportProblem) {
      guard !key.isEmpty else { throw ReportProblem("the Key is empty") }
      guard !isOfPart else { throw ReportProblem("the answer is of one part of the object") }
      if let size, size < 0 { throw ReportProblem("the size is negative") }
      let tag = eTag.map { ETag($0) }
      var found: [Checksum] = []
      for (name, algorithm) in StoreChecksum.algorithms {
        guard let text = checksums[name] else { continue }
        found.append(
          try StoreChecksum.read(
            algorithm, text, type: checksums["Type"], partCounts: [partCount, tag?.partCount])
        )
      }
      return EvidenceRow(
        name: ObjectKey(key), checksums: found, size: size, eTag: tag,
        versionID: versionID == "null" ? nil : versionID,
        modifiedAt: lastModified.flatMap(ReportedTime.instant))
    }
  }
}
