import Foundation
import GRDB
import ObjectStorage

extension Ledger {
  /// Checks that the listing of a side, as far as anybody said what it is of, is that of a job's side; throws
  /// `other-job` where it is not. A side without a listing fits every job.
  static func checkPlace(_ side: Side, fits job: JobSide, path: String, on db: Database) throws {
    guard let row = try Row.fetchOne(db, sql: readPlace, arguments: [side.rawValue]) else { return }
    let (kind, bucket): (String?, String?) = (row[0], row[1])
    guard let prefix = ObjectKey(percentEncoded: job.prefix) else {
      throw LedgerError(.corrupt, "the prefix \(shownSafely(job.prefix)) cannot be read; restore a copy")
    }
    if kind ?? job.kind.rawValue != job.kind.rawValue || bucket ?? job.bucket != job.bucket {
      throw otherPlace(
        side, job, path, "of \(shownSafely("\(kind ?? "?")://\(bucket ?? "?")"))")
    }
    if let listed: Data = row[2] {
      guard listed.elementsEqual(prefix.bytes) else {
        throw otherPlace(side, job, path, "of the prefix \"\(ObjectKey(bytes: listed).shown)\"")
      }
    } else if let key = try keyWithout(prefix, side, number: row[3], on: db) {
      throw otherPlace(side, job, path, "not all below that: it names \(key.shown)")
    }
  }

  /// In the order of their bytes all keys have a prefix where the first and the last one have it.
  private static func keyWithout(
    _ prefix: ObjectKey, _ side: Side, number: Int64, on db: Database
  ) throws -> ObjectKey? {
    guard !prefix.bytes.isEmpty else { return nil }
    for order in ["ASC", "DESC"] {
      let sql = "SELECT key FROM \(ListedRows.table(side)) WHERE listing = ? ORDER BY key \(order) LIMIT 1"
      guard let bytes = try Data.fetchOne(db, sql: sql, arguments: [number]) else { continue }
      let key = ObjectKey(bytes: bytes)
      if !key.hasPrefix(prefix) { return key }
    }
    return nil
  }

  private static func otherPlace(_ side: Side, _ job: JobSide, _ path: String, _ what: String) -> LedgerError
  {
    LedgerError(
      .otherJob,
      "the \(side.rawValue) is \(shownSafely(job.url)), and its listing in the ledger \(path) is \(what); name another ledger"
    )
  }

  private static let readPlace = "SELECT kind, bucket, prefix, number FROM listing WHERE side = ?"
}
