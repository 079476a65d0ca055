import Checksums
import GRDB
public import ObjectStorage

extension Ledger {
  /// Stores digests that somebody else computed; the same row of the same file is kept once.
  ///
  /// Returns how many were new.
  public func add(_ digests: [ImportedDigest], at: Timestamp) async throws(LedgerError) -> Int64 {
    try await writing().connection.write(durable: true) { db in
      let rows = try ImportedRows(at: at, on: db)
      var added: Int64 = 0
      for digest in digests where try rows.store(digest) { added += 1 }
      return added
    }
  }

  /// Everything that was imported of one key of one side, in the order of files and lines.
  public func importedDigests(_ side: Side, _ key: ObjectKey) async throws(LedgerError) -> [ImportedDigest] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readImported, on: db)
      try statement.bind(side.rawValue, at: 1)
      try statement.bind(key.bytes, at: 2)
      var digests: [ImportedDigest] = []
      while try statement.step() { digests.append(try Self.imported(statement, side, key)) }
      return digests
    }
  }

  private static func imported(
    _ statement: PreparedStatement, _ side: Side, _ key: ObjectKey
  ) throws -> ImportedDigest {
    let parts = statement.optionalInteger(5).flatMap { Int(exactly: $0) }
    guard
      let checksum = Checksum(
        try statement.word(3, ChecksumAlgorithm.self), bytes: statement.bytes(4), partCount: parts)
    else { throw LedgerError(.corrupt, "the ledger holds an unreadable digest; restore a copy") }
    return ImportedDigest(
      side: side, key: key, checksum: checksum, size: statement.optionalInteger(6),
      eTag: statement.text(7).map { ETag($0) }, versionID: statement.text(8),
      modifiedAt: statement.timestamp(9),
      file: statement.text(0) ?? "", line: statement.integer(1), ordinal: Int(statement.integer(2)))
  }

  private static let readImported = """
    SELECT file, line, ordinal, algorithm, value, part_count, size, etag, version_id, modified_at
    FROM imported WHERE side = ? AND key = ? ORDER BY file, line, ordinal
    """
}
