import Checksums
import ObjectStorage

/// What `rclone lsjson` prints: a list of objects with `Path`, `Size`, `IsDir` and more.
///
/// Names stand below the address that was listed.
public struct PathListingReader: SavedReader {
  private var json = JSONReader()
  private var document = PathDocument()

  public init() {}

  public var rows: SavedRows {
    get { document.rows }
    set { document.rows = newValue }
  }

  public var pages: [SavedPage] {
    get { document.pages }
    set { document.pages = newValue }
  }

  public var place: String { "line \(json.line)" }

  public mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReportProblem) {
    try json.feed(bytes, &document)
  }

  public mutating func finish() throws(ReportProblem) {
    try json.finish(&document)
    guard document.lists > 0 else { throw ReportProblem("there is no list in it") }
  }
}

/// Takes the rows of such a list apart.
private struct PathDocument: JSONConsumer {
  var rows = SavedRows()
  var pages: [SavedPage] = []
  var lists = 0
  private var row: PathRow?
  private var field: PathRow.Field?
  private var isInHashes = false

  mutating func take(
    _ event: JSONEvent, _ text: ArraySlice<UInt8>, depth: Int, line: Int64
  ) throws(ReportProblem) {
    switch (depth, event) {
    case (0, .beginArray): return
    case (0, .endArray): lists += 1
    case (1, .beginObject): row = PathRow(line: line)
    case (1, .endObject):
      try row?.append(to: &rows)
      row = nil
    case (2, .name): field = PathRow.Field(text)
    case (2, .beginObject): isInHashes = field == .hashes
    case (2, .endObject): isInHashes = false
    case (2, .beginArray), (2, .endArray): return
    case (2, _): if let field { try row?.take(field, event, text) }
    case (3, .name) where isInHashes: row?.hashName = text.text
    case (3, _) where isInHashes: try row?.takeHash(event, text)
    case (3..., _): return
    default: throw ReportProblem("the JSON is no list of objects")
    }
  }
}
