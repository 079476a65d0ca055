import ObjectStorage

/// What `aws s3api list-objects-v2`, `list-objects` and `list-object-versions` print as JSON: whole listings, single
/// pages one behind the other, or the rows alone that `--query` gives.
///
/// The AWS CLI decodes keys unless it was told to ask for the url encoding itself, and does not say which it did. A
/// file whose keys all look encoded is a problem unless `keysAreAsTheyStand`.
public struct PageListingReader: SavedReader {
  private var json = JSONReader()
  private var document: PageDocument

  public init(keysAreAsTheyStand: Bool = false) {
    document = PageDocument(checksSpelling: !keysAreAsTheyStand)
  }

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
    try document.finish()
  }
}

/// Takes the pages of such a file apart.
struct PageDocument: JSONConsumer {
  private enum Root {
    case object
    /// The rows alone.
    case array
  }

  var rows = SavedRows()
  var pages: [SavedPage] = []
  private let checksSpelling: Bool
  private var root = Root.object
  private var page = PageFacts()
  private var member: PageMember?
  private var row: PageRow?
  private var field: PageRow.Field?
  private var documents = 0
  private var hasPlainKeys = false
  private var hasEscapes = false

  init(checksSpelling: Bool) { self.checksSpelling = checksSpelling }

  mutating func take(
    _ event: JSONEvent, _ text: ArraySlice<UInt8>, depth: Int, line: Int64
  ) throws(ReportProblem) {
    if depth == 0 { return try takeRoot(event) }
    let rowDepth = root == .object ? 2 : 1
    switch depth {
    case 1 where root == .object: try takeMember(event, text)
    case rowDepth: try takeRow(event)
    case rowDepth + 1: try takeField(event, text)
    default: return
    }
  }

  /// Says that the file is at its end.
  func finish() throws(ReportProblem) {
    guard documents > 0 else { throw ReportProblem("there is no listing in it") }
    guard !checksSpelling || hasPlainKeys || !hasEscapes else {
      throw ReportProblem(
        "every key looks url-encoded; save it without --encoding-type, or name the --format if the keys are so"
      )
    }
  }

  private mutating func takeRoot(_ event: JSONEvent) throws(ReportProblem) {
    switch event {
    case .beginObject: (root, page, member) = (.object, PageFacts(), nil)
    case .beginArray: (root, page, member) = (.array, PageFacts(), .rows)
    case .endObject, .endArray:
      pages.append(try page.page(isWhole: root == .array))
      documents += 1
    case .name, .string, .number, .yes, .no, .null: throw ReportProblem("the JSON is no listing")
    }
  }

  private mutating func takeMember(_ event: JSONEvent, _ text: ArraySlice<UInt8>) throws(ReportProblem) {
    switch event {
    case .name:
      member = PageMember(text)
      if let member { try page.meet(member) }
    case .beginArray, .endArray, .beginObject, .endObject: return
    case .string, .number, .yes, .no, .null:
      if let member { try page.take(member, event, text) }
    }
  }

  private mutating func takeRow(_ event: JSONEvent) throws(ReportProblem) {
    guard let member, member.hasRows else { return }
    switch event {
    case .beginObject: row = PageRow()
    case .endObject:
      if let row { try end(row, of: member) }
      row = nil
    case .name, .string, .number, .yes, .no, .null, .beginArray, .endArray:
      throw ReportProblem("\(member.rawValue) has something else than objects")
    }
  }

  private mutating func takeField(_ event: JSONEvent, _ text: ArraySlice<UInt8>) throws(ReportProblem) {
    guard row != nil else { return }
    if event == .name {
      field = PageRow.Field(text)
    } else if let field {
      try row?.take(field, event, text)
      self.field = nil
    }
  }

  private mutating func end(_ row: PageRow, of member: PageMember) throws(ReportProblem) {
    switch member {
    case .commonPrefixes: page.folder = try row.folder()
    case .objects: rows.objects.append(try checked(row.object()))
    case .versions: try append(row.version(isDeleteMarker: false))
    case .deleteMarkers: try append(row.version(isDeleteMarker: true))
    default:
      if row.isVersion {
        try append(row.version(isDeleteMarker: row.size == nil))
      } else {
        rows.objects.append(try checked(row.object()))
      }
    }
    page.count(row)
  }

  private mutating func append(_ version: ListedVersion) throws(ReportProblem) {
    var version = version
    version.object = try checked(version.object)
    rows.versions.append(version)
  }

  private mutating func checked(_ object: ListedObject) throws(ReportProblem) -> ListedObject {
    let bytes = object.key.bytes[...]
    if NameSpelling.isPlain(bytes) {
      hasPlainKeys = true
    } else if bytes.contains(UInt8(ascii: "%")) {
      hasEscapes = true
    }
    return object
  }
}
