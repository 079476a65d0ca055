public import Checksums
import GRDB

/// What the ledger keeps of a report that was written of it.
public struct SealRecord: Hashable, Sendable {
  /// The job's latest run when the report was written; 0 where there was none.
  public var run: Int64
  /// The Merkle root over the report's object rows.
  public var root: Checksum
  /// The SHA-256 of the seal, which names every file of the report.
  public var seal: Checksum
  /// How many objects the report has.
  public var objects: Int64
  public var isSigned: Bool

  public init(run: Int64, root: Checksum, seal: Checksum, objects: Int64, isSigned: Bool) {
    self.run = run
    self.root = root
    self.seal = seal
    self.objects = objects
    self.isSigned = isSigned
  }
}

extension Ledger {
  /// Whether it was opened for writing.
  public var isWritable: Bool { output != nil }

  /// Keeps what a report was sealed with; the same report twice is kept once.
  public func record(_ seal: SealRecord) async throws(LedgerError) {
    try await writing().connection.write(durable: true) { db in
      let statement = try PreparedStatement(Self.insertSeal, on: db)
      try statement.bind(seal.run, at: 1)
      try statement.bind(seal.root.bytes, at: 2)
      try statement.bind(seal.seal.bytes, at: 3)
      try statement.bind(seal.objects, at: 4)
      try statement.bind(seal.isSigned ? 1 : 0, at: 5)
      try statement.run()
    }
  }

  /// The seals of all reports, in the order in which they were first kept.
  public func seals() async throws(LedgerError) -> [SealRecord] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readSeals, on: db)
      var records: [SealRecord] = []
      while try statement.step() {
        guard let root = Checksum(.sha256, bytes: statement.bytes(1)),
          let seal = Checksum(.sha256, bytes: statement.bytes(2))
        else { throw LedgerError(.corrupt, "the ledger holds an unreadable seal; restore a copy") }
        records.append(
          SealRecord(
            run: statement.integer(0), root: root, seal: seal, objects: statement.integer(3),
            isSigned: statement.integer(4) != 0))
      }
      return records
    }
  }

  private static let insertSeal = """
    INSERT OR IGNORE INTO seal (run, root, seal_sha256, objects, signed) VALUES (?, ?, ?, ?, ?)
    """
  private static let readSeals = "SELECT run, root, seal_sha256, objects, signed FROM seal ORDER BY id"
}
