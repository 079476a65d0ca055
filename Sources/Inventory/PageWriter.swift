import AuditLedger

/// Brings pages into the ledger, several in one transaction, while the next ones come.
///
/// Each of them alone would be written with pages of the file that all have in common. Nothing is held back longer than
/// other pages are on their way.
struct PageWriter {
  /// Pages of one transaction.
  private static let most = 4

  private let ledger: Ledger
  private let side: Side
  private let progress: @Sendable (Int) -> Void
  private var pages: [RangeProgress] = []
  private var ascends = true
  private var running: Task<Result<Void, LedgerError>, Never>?

  init(_ ledger: Ledger, _ side: Side, _ progress: @escaping @Sendable (Int) -> Void) {
    self.ledger = ledger
    self.side = side
    self.progress = progress
  }

  /// Takes a page, while `others` are on their way.
  ///
  /// Throws what an earlier page could not be stored for.
  mutating func take(_ page: RangeProgress, ascends: Bool, others: Int) async throws(InventoryFailure) {
    pages.append(page)
    self.ascends = self.ascends && ascends
    if others == 0 { try await finish() } else if pages.count >= min(Self.most, others) { try await begin() }
  }

  /// Stores what was taken; it is in the ledger when this returns.
  mutating func finish() async throws(InventoryFailure) {
    try await begin()
    try await settle()
  }

  private mutating func settle() async throws(InventoryFailure) {
    guard let running else { return }
    self.running = nil
    do { try await running.value.get() } catch { throw .ledger(error) }
  }

  private mutating func begin() async throws(InventoryFailure) {
    try await settle()
    guard !pages.isEmpty else { return }
    running = Task { [ledger, side, progress, pages, ascends] in
      do throws(LedgerError) {
        try await ledger.store(pages, side: side, ascends: ascends)
      } catch {
        return .failure(error)
      }
      for page in pages { progress(page.objects.count) }
      return .success(())
    }
    (pages, ascends) = ([], true)
  }
}
