import AuditLedger
import Checksums
import ObjectStorage
import SavedReports
import StorageWire

/// Reads the files of one listing and hands their rows to the ledger.
struct SavedReading {
  /// What is known at the end.
  struct Ending: Sendable {
    var format: SavedFormat
    var summary: ListingSummary
    var folders: Int64
    var absent: Int64
  }

  private static let rowsABatch = 500

  private let settings: SavedInventory.Settings
  private let feed: ListingFeed
  private let progress: @Sendable (Int) -> Void
  private var format: SavedFormat?
  private var watch: PlaceWatch
  private var chain = PageChain()
  private var hasSizes = true
  private var tellsVersions = false
  private var folders: Int64 = 0
  private var absent: Int64 = 0

  init(
    _ settings: SavedInventory.Settings, _ feed: ListingFeed, _ progress: @escaping @Sendable (Int) -> Void
  ) {
    self.settings = settings
    self.feed = feed
    self.progress = progress
    watch = PlaceWatch(said: settings.place, namesAreRelative: false)
  }

  /// Reads one file to its end.
  mutating func read(_ path: String) throws(StorageError) {
    var file = try SavedFile(path)
    let format = try SavedInventory.format(of: &file, settings.format)
    try meet(format, path)
    switch format {
    case .inventory: try readInventory(path)
    case .xml:
      var reader = XMLListingReader(dialect: dialect, leniency: settings.isLenient ? .lenient : .strict)
      try pump(&file, &reader)
      try refusing(path, reader) { (reading, reader) throws(ReportProblem) in
        try reading.watch.meet(kind: reader.kind)
      }
    case .awsJSON:
      var reader = PageListingReader(keysAreAsTheyStand: settings.format != nil)
      try pump(&file, &reader)
    case .rcloneJSON:
      var reader = PathListingReader()
      try pump(&file, &reader)
    case .migration:
      var reader = MigrationListReader(
        side: settings.side == .source ? .source : .destination, takesCRC: takesCRC)
      try pump(&file, &reader)
    case .keys:
      hasSizes = false
      var reader = KeyListReader(isZeroTerminated: SavedSniffer.isZeroTerminated(head: try file.head()))
      try pump(&file, &reader)
    }
  }

  /// What was read, once all files were; throws where the pages are not one whole listing.
  func finish(files: [String]) throws(StorageError) -> Ending {
    guard let format else { throw SavedFile.refused(files.first ?? "", "there is no listing") }
    if format == .xml || format == .awsJSON {
      do throws(ReportProblem) { try chain.finish() } catch {
        throw StorageError(.malformedAnswer, "\(error.cause); nothing of the listing was stored")
      }
    }
    let summary = ListingSummary(
      origin: format.rawValue, files: files, place: watch.place, hasSizes: hasSizes,
      tellsVersions: tellsVersions)
    return Ending(format: format, summary: summary, folders: folders, absent: absent)
  }

  private mutating func meet(_ format: SavedFormat, _ path: String) throws(StorageError) {
    if let first = self.format {
      guard first == format else {
        throw SavedFile.refused(
          path,
          "it is \(format.rawValue), and the first file is \(first.rawValue); give the files of one listing")
      }
      guard format != .inventory else {
        throw SavedFile.refused(
          path, "a second manifest; an inventory has one, so take one inventory at a time")
      }
    } else {
      self.format = format
      watch = PlaceWatch(said: settings.place, namesAreRelative: format == .rcloneJSON)
    }
  }

  private mutating func readInventory(_ path: String) throws(StorageError) {
    let inventory = try InventoryFiles(path, dataFolder: settings.dataFolder)
    let manifest = inventory.manifest
    hasSizes = manifest.schema.hasSizes
    tellsVersions = manifest.schema.hasVersions
    do throws(ReportProblem) {
      try watch.meet(kind: manifest.vendor == .s3 ? .s3 : .oss)
      try watch.meet(bucket: manifest.bucket)
    } catch {
      throw SavedFile.refused(path, error.cause)
    }
    for data in manifest.files {
      var file = try SavedFile(try inventory.path(of: data), hashing: .md5)
      var reader = InventoryReader(of: manifest)
      try pump(&file, &reader)
      guard file.stored.count == data.size else {
        throw SavedFile.refused(
          file.stored.path,
          "it has \(file.stored.count) bytes and the manifest says \(data.size); download it again")
      }
      guard file.digest() == data.md5 else {
        throw SavedFile.refused(
          file.stored.path, "its MD5 is not the one in the manifest, \(data.md5.hex); download it again")
      }
    }
  }

  private mutating func pump(_ file: inout SavedFile, _ reader: inout some SavedReader) throws(StorageError) {
    var pages = 0
    var isAtEnd = false
    while !isAtEnd {
      let piece = try file.next()
      isAtEnd = piece.isEmpty
      let fed: Result<Void, ReportProblem> = piece.withUnsafeBytes { bytes in
        do throws(ReportProblem) {
          return .success(try bytes.isEmpty ? reader.finish() : reader.feed(bytes))
        } catch {
          return .failure(error)
        }
      }
      let path = file.stored.path
      try refusing(path, reader) { (reading, reader) throws(ReportProblem) in
        try fed.get()
        for page in reader.pages {
          pages += 1
          try reading.take(page, pages, path)
        }
      }
      reader.pages = []
      if isAtEnd || reader.rows.count >= Self.rowsABatch {
        let rows = reader.rows
        reader.rows = SavedRows()
        try send(rows, path, reader)
      }
    }
  }

  private mutating func take(_ page: SavedPage, _ number: Int, _ path: String) throws(ReportProblem) {
    if page.hasVersions { tellsVersions = true }
    do throws(ReportProblem) {
      try chain.add(page, "\(shownSafely(path)), page \(number)")
      try watch.meet(bucket: page.bucket)
      try watch.meet(prefix: page.prefix)
    } catch {
      throw ReportProblem("page \(number): \(error.cause)")
    }
  }

  private mutating func send(
    _ rows: SavedRows, _ path: String, _ reader: some SavedReader
  ) throws(StorageError) {
    folders += rows.folders
    absent += rows.absent
    let (side, watch) = (settings.side, watch)
    let batch = try refusing(path, reader) { (_, _) throws(ReportProblem) in
      ListingRows(
        objects: watch.keepsNames ? rows.objects : try rows.objects.map(watch.named),
        versions: watch.keepsNames ? rows.versions : try rows.versions.map(watch.named),
        digests: try rows.digests.map { (digest) throws(ReportProblem) in
          ImportedDigest(
            side: side, key: try watch.key(digest.key), checksum: digest.checksum, size: digest.size,
            eTag: digest.eTag, versionID: digest.versionID, modifiedAt: digest.modifiedAt, file: path,
            line: digest.line, ordinal: digest.ordinal)
        })
    }
    guard rows.count > 0 || !batch.digests.isEmpty else { return }
    try feed.send(batch)
    progress(rows.count)
  }

  /// Names file and place where something cannot be believed.
  @discardableResult
  private mutating func refusing<Reader: SavedReader, Value>(
    _ path: String, _ reader: Reader,
    _ action: (inout SavedReading, Reader) throws(ReportProblem) -> Value
  ) throws(StorageError) -> Value {
    do { return try action(&self, reader) } catch {
      let place = reader.place.isEmpty ? "" : "\(reader.place): "
      throw SavedFile.refused(path, place + error.cause)
    }
  }

  private var dialect: ListingDialect? {
    switch settings.place?.kind {
    case .s3?: .s3
    case .oss?: .oss
    case .directory?, .memory?, nil: nil
    }
  }

  /// The service computes CRC-64/XZ; what a source publishes under the name may be of another polynomial.
  private var takesCRC: Bool {
    settings.side == .destination || (settings.place?.kind).map { $0 != .s3 } ?? false
  }
}
