import Checksums
import Foundation
import ObjectStorage
import SavedReports

/// The completion report of a "compute checksum" job of S3 Batch Operations.
///
/// Columns: Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage. The two codes stand in the
/// other order in the vendor's own example, and the message of a failed task is not quoted as RFC 4180 wants; neither
/// is needed. A `+` in a key is a blank, as everywhere where S3 encodes keys for URLs.
struct BatchReport: EvidenceFormat {
  let namesAreWholeKeys = true

  private enum Column {
    static let bucket = 0
    static let key = 1
    static let version = 2
    static let status = 3
    static let count = 7
  }

  func read(_ line: ReportLine) -> [EvidenceFinding] {
    guard !line.bytes.isEmpty, !isHeader(line) else { return [] }
    do {
      return [EvidenceFinding(line: line.number, try content(line.bytes))]
    } catch {
      return [EvidenceFinding(line: line.number, .problem(error.cause))]
    }
  }

  /// Whether a line is a row of such a report, whatever its task came to.
  static func recognises(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard let head = CSVRow(bytes, atMost: Column.status + 1), head.rest != nil,
      let status = head.cells[Column.status].text
    else { return false }
    return status == "succeeded" || status == "failed" || isHeader(head)
  }

  private func isHeader(_ line: ReportLine) -> Bool {
    line.number == 1 && CSVRow(line.bytes, atMost: Column.status + 1).map(Self.isHeader) == true
  }

  private static func isHeader(_ head: CSVRow) -> Bool {
    head.cells.map { $0.trimmed.text } == ["Bucket", "Key", "VersionId", "TaskStatus"]
  }

  private func content(_ bytes: ArraySlice<UInt8>) throws(ReportProblem) -> EvidenceFinding.Content {
    guard let head = CSVRow(bytes, atMost: Column.status + 1), head.rest != nil else {
      throw ReportProblem("not a row of Bucket, Key, VersionId, TaskStatus and three more")
    }
    switch head.cells[Column.status].text {
    case "failed": return .withoutDigest
    case "succeeded": break
    default: throw ReportProblem("the status of the task is neither succeeded nor failed")
    }
    guard let row = CSVRow(bytes), row.cells.count == Column.count, let message = row.cells.last else {
      throw ReportProblem("not \(Column.count) cells, quoted as in RFC 4180")
    }
    let result = try BatchResult.read(message)
    guard let checksum = try result.checksum else { return .withoutDigest }
    guard let bucket = row.cells[Column.bucket].text, !bucket.isEmpty else {
      throw ReportProblem("the row names no bucket")
    }
    let version = row.cells[Column.version].text ?? ""
    return .row(
      EvidenceRow(
        name: try Self.key(row.cells[Column.key]), checksums: [checksum], bucket: bucket,
        eTag: result.etag.map { ETag($0) },
        versionID: version.isEmpty || version == "null" ? nil : version))
  }

  private static func key(_ cell: ArraySlice<UInt8>) throws(ReportProblem) -> ObjectKey {
    let blanks = cell.map { $0 == UInt8(ascii: "+") ? UInt8(ascii: " ") : $0 }
    guard let text = blanks[...].text, let key = ObjectKey(percentEncoded: text), !key.bytes.isEmpty else {
      throw ReportProblem("the key is not percent-encoded")
    }
    return key
  }
}

/// The message of a task that succeeded.
private struct BatchResult: Decodable {
  var checksum_base64: String?
  var checksum_hex: String?
  var checksumAlgorithm: String?
  var checksumType: String?
  var etag: String?

  static func read(_ bytes: ArraySlice<UInt8>) throws(ReportProblem) -> BatchResult {
    do {
      return try JSONDecoder().decode(BatchResult.self, from: Data(bytes))
    } catch {
      throw ReportProblem("the message of the task is not the JSON of a computed checksum")
    }
  }

  /// Nil where the algorithm is one that this tool does not know.
  var checksum: Checksum? {
    get throws(ReportProblem) {
      guard let name = checksumAlgorithm, let text = checksum_base64 ?? base64OfHex else {
        throw ReportProblem("the message of the task has no checksum")
      }
      guard let algorithm = StoreChecksum.algorithm(named: name) else { return nil }
      let parts = etag.flatMap { ETag($0).partCount }
      let checksum = try StoreChecksum.read(algorithm, text, type: checksumType, partCounts: [parts])
      if let checksum_hex, decodeHex(checksum_hex) != checksum.bytes {
        throw ReportProblem("checksum_hex and checksum_base64 differ")
      }
      return checksum
    }
  }

  private var base64OfHex: String? { checksum_hex.flatMap { decodeHex($0) }.map(encodeBase64) }
}
