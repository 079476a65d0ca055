import GRDB
public import ObjectStorage

extension Ledger {
  /// Records a part that the destination answered for; on the disk before this returns.
  ///
  /// Parts are forgotten with their upload.
  public func record(_ part: StartedPart, of started: StartedTransfer) async throws(LedgerError) {
    try await writing().group.commit(.part(part, started))
  }

  /// The parts of the key's started upload that the destination answered for, ascending.
  public func parts(of key: ObjectKey) async throws(LedgerError) -> [StartedPart] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readParts, on: db)
      try statement.bind(key.bytes, at: 1)
      var parts: [StartedPart] = []
      while try statement.step() { parts.append(try Self.part(statement)) }
      return parts
    }
  }

  /// Records that an upload is still to be dropped, and ends its started transfer.
  public func abandon(_ started: StartedTransfer) async throws(LedgerError) {
    try await writing().group.commit(.abandoned(started))
  }

  /// Records that an upload is to be dropped of which no transfer is known.
  public func abandon(_ upload: UploadID, of destinationKey: ObjectKey) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      let statement = try PreparedStatement(TransferRows.insertAbandoned, on: db)
      try statement.bind(destinationKey.bytes, at: 1)
      try statement.bind(upload.text, at: 2)
      try statement.run()
    }
  }

  /// Transfers with a multipart upload whose end the ledger does not know.
  public func openUploads() async throws(LedgerError) -> [StartedTransfer] {
    try await transfers(Self.readOpenUploads)
  }

  /// Transfers with an upload, or the request for one, whose keys wait for nothing any more: nobody will take them up.
  public func uploadsWithoutWork() async throws(LedgerError) -> [StartedTransfer] {
    try await transfers(Self.readUploadsWithoutWork)
  }

  /// Uploads that could not be dropped when they should have been.
  public func abandonedUploads() async throws(LedgerError) -> [OpenUpload] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readAbandoned, on: db)
      var uploads: [OpenUpload] = []
      while try statement.step() {
        uploads.append(OpenUpload(key: statement.key(0), id: UploadID(statement.text(1) ?? "")))
      }
      return uploads
    }
  }

  /// Records that an upload is dropped.
  ///
  /// That its transfer began stays known: it may have been completed before, and the object is then ours.
  public func recordDropped(
    _ upload: UploadID, of destinationKey: ObjectKey
  ) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      for sql in [Self.deleteAbandoned, Self.clearUpload] {
        let statement = try PreparedStatement(sql, on: db)
        try statement.bind(destinationKey.bytes, at: 1)
        try statement.bind(upload.text, at: 2)
        try statement.run()
      }
    }
  }

  private func transfers(_ sql: String) async throws(LedgerError) -> [StartedTransfer] {
    try await reader.perform { db in
      let statement = try PreparedStatement(sql, on: db)
      var transfers: [StartedTransfer] = []
      while try statement.step() {
        if let transfer = Self.started(statement, key: statement.key(0), from: 1) {
          transfers.append(transfer)
        }
      }
      return transfers
    }
  }

  private static func part(_ statement: PreparedStatement) throws -> StartedPart {
    guard let number = Int(exactly: statement.integer(0)),
      let range = ByteRange(offset: statement.integer(1), length: statement.integer(2)),
      let reported = StartedPart.checksums(statement.text(4) ?? ""),
      let streamed = StartedPart.checksums(statement.text(5) ?? ""),
      let sourceParts = StartedPart.checksums(statement.text(6) ?? "")
    else { throw LedgerError(.corrupt, "the ledger holds an unreadable part; restore a copy") }
    let stored = StoredPart(
      number: number, size: range.length, eTag: ETag(statement.text(3) ?? ""), checksums: reported)
    return StartedPart(stored: stored, range: range, streamed: streamed, sourceParts: sourceParts)
  }

  private static let readParts = """
    SELECT number, first, size, etag, reported, streamed, source_parts FROM started_part WHERE key = ?
    ORDER BY number
    """
  private static let startedColumns = """
    started.key, started.destination_key, started.etag, started.version_id, started.size, started.modified_at,
    started.upload, started.started_at, started.cut, started.others
    """
  private static let readOpenUploads = """
    SELECT \(startedColumns) FROM started WHERE upload IS NOT NULL ORDER BY key
    """
  private static let readUploadsWithoutWork = """
    SELECT \(startedColumns) FROM started LEFT JOIN decision ON decision.key = started.key
    LEFT JOIN outcome ON outcome.key = started.key
    WHERE (started.upload IS NOT NULL OR started.others IS NOT NULL)
      AND NOT (ifnull(decision.action, '') IN ('copy', 'compare') AND ifnull(outcome.list, 'pending') = 'pending')
    ORDER BY started.key
    """
  private static let readAbandoned = """
    SELECT destination_key, upload FROM abandoned_upload ORDER BY destination_key, upload
    """
  private static let deleteAbandoned = """
    DELETE FROM abandoned_upload WHERE destination_key = ?1 AND upload = ?2
    """
  private static let clearUpload = """
    UPDATE started SET upload = NULL, cut = NULL, others = NULL WHERE destination_key = ?1 AND upload = ?2
    """
}
