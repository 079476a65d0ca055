import Foundation
import GRDB
import ObjectStorage

extension Ledger {
  /// Says what the listing of a side is of, before it begins.
  ///
  /// Throws `other-job` where the ledger's job, or an earlier listing of the side, is of something else.
  public func establish(_ side: Side, at place: JobSide) async throws(LedgerError) {
    let path = self.path
    try await writing().connection.write(durable: true) { db in
      if let present = try Self.job(on: db)?.side(side), present != place {
        throw Self.otherJob(side, Self.shown(present), place, path)
      }
      try Self.checkListedPlace(side, fits: place, path: path, on: db)
      try db.execute(
        sql: Self.setPlace,
        arguments: [
          side.rawValue, place.kind.rawValue, place.bucket, Self.bytes(ofPrefix: place), place.endpoint,
          place.region,
        ])
    }
  }

  /// What the inventory of a side is of, as the job or the listing says; nil where neither does.
  public func place(of side: Side) async throws(LedgerError) -> JobSide? {
    try await reader.perform { db in
      try Self.job(on: db)?.side(side) ?? Self.listedPlace(side, on: db)
    }
  }

  /// Throws `other-job` where the listing of a side, as far as anybody said what it is of, is of something else.
  ///
  /// A listing that somebody saved may tell its bucket and not its endpoint. One that tells no prefix has to have all
  /// its keys below the one of the place.
  static func checkListedPlace(_ side: Side, fits place: JobSide, path: String, on db: Database) throws {
    guard let row = try Row.fetchOne(db, sql: readPlace, arguments: [side.rawValue]) else { return }
    let prefix = try bytes(ofPrefix: place)
    let told: [(String?, String)] = [
      (row[0], place.kind.rawValue), (row[1], place.bucket), (row[3], place.endpoint), (row[4], place.region),
    ]
    let listedPrefix: Data? = row[2]
    if told.contains(where: { $0 != nil && $0 != $1 }) || (listedPrefix ?? prefix) != prefix {
      let listed = try listedPlace(side, on: db).map { shown($0) }
      throw otherJob(
        side, listed ?? shownPlace(kind: row[0], bucket: row[1], listedPrefix), place, path)
    }
    guard listedPrefix == nil, let key = try keyOutside(prefix, side, number: row[5], on: db) else { return }
    throw LedgerError(
      .otherJob,
      "the listing of the \(side.rawValue) in the ledger \(path) is not all below \(shownSafely(place.url)): it names \(key.shown); name another ledger"
    )
  }

  /// In the order of their bytes all keys have a prefix where the first and the last one have it.
  private static func keyOutside(
    _ prefix: Data, _ side: Side, number: Int64, on db: Database
  ) throws -> ObjectKey? {
    guard !prefix.isEmpty else { return nil }
    for order in ["ASC", "DESC"] {
      let sql = "SELECT key FROM \(ListedRows.table(side)) WHERE listing = ? ORDER BY key \(order) LIMIT 1"
      guard let bytes = try Data.fetchOne(db, sql: sql, arguments: [number]) else { continue }
      if !bytes.starts(with: prefix) { return ObjectKey(bytes: bytes) }
    }
    return nil
  }

  private static func shownPlace(kind: String?, bucket: String?, _ prefix: Data?) -> String {
    let path = prefix.map { $0.isEmpty ? "" : "/" + ObjectKey(bytes: $0).percentEncoded } ?? ""
    return shownSafely("\(kind ?? "?")://\(bucket ?? "?")\(path)")
  }

  private static func listedPlace(_ side: Side, on db: Database) throws -> JobSide? {
    guard let row = try Row.fetchOne(db, sql: readPlace, arguments: [side.rawValue]) else { return nil }
    let (word, bucket, prefix): (String?, String?, Data?) = (row[0], row[1], row[2])
    let (endpoint, region): (String?, String?) = (row[3], row[4])
    guard let word, let bucket else { return nil }
    guard let kind = StoreLocation.Kind(rawValue: word) else { throw unknownKind(word) }
    return JobSide(
      kind: kind, bucket: bucket, prefix: ObjectKey(bytes: prefix ?? Data()).percentEncoded,
      endpoint: endpoint ?? "", region: region ?? "")
  }

  private static func bytes(ofPrefix place: JobSide) throws -> Data {
    guard let prefix = ObjectKey(percentEncoded: place.prefix) else {
      throw LedgerError(.failed, "the prefix \(shownSafely(place.prefix)) is not percent-encoded")
    }
    return Data(prefix.bytes)
  }

  private static let readPlace =
    "SELECT kind, bucket, prefix, endpoint, region, number FROM listing WHERE side = ?"
  private static let setPlace = """
    INSERT INTO listing (side, next, complete, objects, bytes, duplicates, kind, bucket, prefix, endpoint, region)
    VALUES (?1, NULL, 0, 0, 0, 0, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (side) DO UPDATE SET kind = ?2, bucket = ?3, prefix = ?4, endpoint = ?5, region = ?6
    """
}
