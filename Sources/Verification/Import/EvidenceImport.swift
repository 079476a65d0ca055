public import AuditLedger
public import ObjectStorage

/// Takes digests that somebody else computed into a ledger; they change no outcome by themselves.
public struct EvidenceImport: Sendable {
  /// What the rows of a file came to.
  public struct Counts: Hashable, Sendable {
    public var rows: Int64 = 0
    /// A row may hold several digests.
    public var added: Int64 = 0
    public var alreadyThere: Int64 = 0
    /// Rows that are as they should be and have none.
    public var withoutDigest: Int64 = 0
    /// Rows that cannot be read, or that say something else than when they were imported before.
    public var bad: Int64 = 0

    public init() {}
  }

  public enum Event: Sendable {
    case recognised(EvidenceKind)
    /// A row that is not taken: its line, and why in words that are safe to show.
    case problem(line: Int64, cause: String)
  }

  /// Whose objects the digests are of, and how they are told of.
  public struct Settings: Sendable {
    public var side: Side
    /// Nil to tell it from the first lines of each file.
    public var kind: EvidenceKind?
    /// Dropped from the start of every name; a name without it is a problem.
    public var dropping: ObjectKey
    public var isZeroTerminated: Bool

    public init(
      side: Side, kind: EvidenceKind? = nil, dropping: ObjectKey = ObjectKey(""),
      isZeroTerminated: Bool = false
    ) {
      self.side = side
      self.kind = kind
      self.dropping = dropping
      self.isZeroTerminated = isZeroTerminated
    }
  }

  private let ledger: Ledger
  private let job: JobSettings
  private let settings: Settings
  private let naming: EvidenceNaming
  private static let rowsATransaction = 4000

  /// Throws `corrupt` where the job's prefix cannot be read.
  public init(into ledger: Ledger, of job: JobSettings, _ settings: Settings) throws(LedgerError) {
    self.ledger = ledger
    self.job = job
    self.settings = settings
    naming = try EvidenceNaming(job: job, settings)
  }

  /// Imports one file; what was imported before stays as it is and is counted.
  ///
  /// Throws a `StorageError` where the file cannot be read or told, and a `LedgerError` where the ledger refuses.
  public func run(
    _ path: String, at: Timestamp, report: (Event) -> Void
  ) async throws -> Counts {
    var lines = try EvidenceLines(path, isZeroTerminated: settings.isZeroTerminated)
    let kind =
      settings.kind ?? EvidenceSniffer.kind(ofHead: lines.head, isZeroTerminated: settings.isZeroTerminated)
    guard let kind else {
      if lines.head.isEmpty { return Counts() }
      throw EvidenceSniffer.unknown(path, head: lines.head)
    }
    report(.recognised(kind))
    var format = kind.format(
      side: settings.side, sourceKind: job.source.kind, isZeroTerminated: settings.isZeroTerminated)
    var batch = EvidenceBatch(
      file: path, naming: naming, isWhole: format.namesAreWholeKeys, ledger: ledger, at: at)
    var isAtEnd = false
    while !isAtEnd {
      switch try lines.next() {
      case .line(let line): batch.take(format.read(line), report)
      case .tooLong(let number):
        batch.take(format.lose(line: number), report)
      case .end:
        batch.take(format.finish(), report)
        isAtEnd = true
      }
      if isAtEnd || batch.pending.count >= Self.rowsATransaction { try await batch.store(report) }
    }
    return batch.counts
  }
}
