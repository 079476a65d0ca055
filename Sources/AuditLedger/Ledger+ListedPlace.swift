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
        throw Self.otherJob(side, present, place, path)
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
  static func checkListedPlace(_ side: Side, fits place: JobSide, path: String, on db: Database) throws {
    guard let listed = try listedPlace(side, on: db), listed != place else { return }
    throw otherJob(side, listed, place, path)
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

  private static let readPlace = "SELECT kind, bucket, prefix, endpoint, region FROM listing WHERE side = ?"
  private static let setPlace = """
    INSERT INTO listing (side, next, complete, objects, bytes, duplicates, kind, bucket, prefix, endpoint, region)
    VALUES (?1, NULL, 0, 0, 0, 0, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (side) DO UPDATE SET kind = ?2, bucket = ?3, prefix = ?4, endpoint = ?5, region = ?6
    """
}
