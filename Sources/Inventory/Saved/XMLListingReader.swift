import ObjectStorage
import SavedReports
import StorageWire

/// Saved pages of XML, as the other formats are read.
struct XMLListingReader: SavedReader {
  var rows = SavedRows()
  var pages: [SavedPage] = []
  /// Vendor that the pages show; nil where none does.
  private(set) var kind: StoreLocation.Kind?
  private let reader: SavedListingReader

  init(dialect: ListingDialect?, leniency: ListingLeniency) {
    reader = SavedListingReader(dialect: dialect, leniency: leniency)
  }

  /// The reader's own words name page and byte.
  var place: String { "" }

  mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReportProblem) {
    let found: [SavedListingPage]
    do throws(StorageError) { found = try reader.feed(bytes) } catch { throw Self.problem(error) }
    for page in found { try take(page) }
  }

  mutating func finish() throws(ReportProblem) {
    do throws(StorageError) { try reader.finish() } catch { throw Self.problem(error) }
  }

  private mutating func take(_ found: SavedListingPage) throws(ReportProblem) {
    var page = SavedPage(
      bucket: found.bucket, prefix: found.prefix ?? ObjectKey(""), beginning: Self.beginning(found.asked))
    switch found.content {
    case .objects(let content):
      if rows.objects.isEmpty { rows.objects = content.objects } else { rows.objects += content.objects }
      page.folder = content.commonPrefixes.first
      page.end = content.next.map { .at(Self.place($0)) } ?? .last
    case .versions(let content):
      rows.versions += content.versions
      page.hasVersions = true
      page.folder = content.commonPrefixes.first
      page.end = content.next.map { .at(.version($0.key, $0.versionID)) } ?? .last
    }
    pages.append(page)
    try meet(found.dialect)
  }

  private mutating func meet(_ dialect: ListingDialect?) throws(ReportProblem) {
    guard let dialect else { return }
    let met: StoreLocation.Kind = dialect == .s3 ? .s3 : .oss
    guard kind ?? met == met else {
      throw ReportProblem(
        "a page of \(met.rawValue) behind one of \(kind?.rawValue ?? ""); give the pages of one listing")
    }
    kind = met
  }

  private static func beginning(_ asked: SavedListingPage.Asked) -> SavedPage.Beginning {
    if let token = told(asked.continuationToken) { return .at(.token(token)) }
    if let key = told(asked.keyMarker) { return .at(.version(key, told(asked.versionIDMarker))) }
    if let key = told(asked.marker) { return .at(.key(key)) }
    if let key = told(asked.startAfter) { return .after(key) }
    return asked.keyMarker != nil || asked.marker != nil ? .first : .untold
  }

  private static func told(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

  private static func told(_ key: ObjectKey?) -> ObjectKey? { key.flatMap { $0.bytes.isEmpty ? nil : $0 } }

  private static func place(_ position: ListPosition) -> SavedPage.Place {
    switch position {
    case .token(let token): .token(token)
    case .after(let key): .key(key)
    }
  }

  /// What becomes of the file is said once for all formats.
  private static func problem(_ error: StorageError) -> ReportProblem {
    let end = error.message.firstRange(of: "; nothing was taken from")?.lowerBound ?? error.message.endIndex
    return ReportProblem(String(error.message[..<end]) + (error.key.map { ", key \($0.shown)" } ?? ""))
  }
}
