public import AuditLedger
public import ObjectStorage
public import SavedReports
import Synchronization

/// A listing that somebody saved: one file or many, of any of the formats that can be read.
public struct SavedInventory: Sendable {
  public struct Settings: Sendable {
    public var side: Side
    /// Nil to tell it from the files' contents.
    public var format: SavedFormat?
    /// What the listing is of, where somebody says so; a kind, a bucket and a prefix, or nothing.
    public var place: ListingPlace?
    /// Whether characters that XML forbids come through as they are.
    public var isLenient: Bool
    /// Where the data files of an inventory lie; nil for beside the manifest.
    public var dataFolder: String?

    public init(
      side: Side, format: SavedFormat? = nil, place: ListingPlace? = nil, isLenient: Bool = false,
      dataFolder: String? = nil
    ) {
      self.side = side
      self.format = format
      self.place = place
      self.isLenient = isLenient
      self.dataFolder = dataFolder
    }
  }

  /// What a listing came to.
  public struct Outcome: Sendable {
    public var format: SavedFormat
    public var place: ListingPlace
    public var hasSizes: Bool
    public var listing: ImportedListing
    /// Entries that are folders of a file system, and no objects.
    public var folders: Int64
    /// Rows of objects that the side does not have.
    public var absent: Int64
  }

  private let paths: [String]
  private let settings: Settings

  public init(_ paths: [String], _ settings: Settings) {
    self.paths = paths
    self.settings = settings
  }

  /// The format of the listing, told from its first file; nil where that is a pipe, which can be read only once.
  ///
  /// Throws `malformed-answer` with the cause where nobody can tell, and `local-fault` where the file cannot be read.
  public func recognise() throws(StorageError) -> SavedFormat? {
    guard let path = paths.first else { throw Self.nothing }
    if StoredBytes.isPipe(path) { return nil }
    var file = try SavedFile(path)
    return try Self.format(of: &file, settings.format)
  }

  /// Takes the listing into a ledger, whole or not at all; calls back with the number of rows after every batch.
  public func run(
    into ledger: Ledger, replaces: Bool, keepsVersions: Bool, at: Timestamp,
    _ progress: @escaping @Sendable (Int) -> Void
  ) async throws(InventoryFailure) -> Outcome {
    guard !paths.isEmpty else { throw .store(Self.nothing) }
    let request = ListingImport(
      side: settings.side, replaces: replaces, keepsVersions: keepsVersions, at: at)
    let ending = Mutex<SavedReading.Ending?>(nil)
    do throws(ListingImportFailure) {
      let listing = try await ledger.importListing(request) { [paths, settings] feed throws(StorageError) in
        var reading = SavedReading(settings, feed, progress)
        for path in paths { try reading.read(path) }
        let end = try reading.finish(files: paths)
        ending.withLock { $0 = end }
        return end.summary
      }
      guard let end = ending.withLock({ $0 }) else { throw .listing(Self.nothing) }
      return Outcome(
        format: end.format, place: end.summary.place, hasSizes: end.summary.hasSizes, listing: listing,
        folders: end.folders, absent: end.absent)
    } catch {
      switch error {
      case .listing(let cause): throw .store(cause)
      case .ledger(let cause): throw .ledger(cause)
      }
    }
  }

  /// The format of a file, told from its content unless it is given.
  static func format(of file: inout SavedFile, _ given: SavedFormat?) throws(StorageError) -> SavedFormat {
    let head = try file.head()
    guard !head.isEmpty else {
      throw SavedFile.refused(
        file.stored.path, "it is empty, and an empty file says nothing of a store; save the listing again")
    }
    if let given { return given }
    do throws(ReportProblem) {
      return try SavedSniffer.format(ofHead: head)
    } catch {
      throw SavedFile.refused(file.stored.path, error.cause)
    }
  }

  private static let nothing = StorageError(.invalidRequest, "no listing was named; name at least one file")
}
