public import ObjectStorage
public import SavedReports
import Verification

/// A key that somebody lists to be taken up again.
public struct ListedKey: Hashable, Sendable {
  public var key: ObjectKey
  public var file: String
  /// From 1.
  public var line: Int64
  /// How large the object was when the list was made, where it says so.
  public var size: Int64?

  public init(key: ObjectKey, file: String = "", line: Int64 = 0, size: Int64? = nil) {
    self.key = key
    self.file = file
    self.line = line
    self.size = size
  }
}

/// A list of objects to take up again, read to its end; what its names stand for may still be open.
public struct ErrorList: Sendable {
  /// What a list is of, and what is known of it.
  public struct Settings: Sendable {
    /// The source's bucket and prefix.
    public var bucket: String
    public var prefix: ObjectKey
    /// Nil to tell it from the first lines.
    public var format: ErrorListFormat?
    /// Nil to find out.
    public var spelling: ListedSpelling?

    public init(
      bucket: String, prefix: ObjectKey, format: ErrorListFormat? = nil, spelling: ListedSpelling? = nil
    ) {
      self.bucket = bucket
      self.prefix = prefix
      self.format = format
      self.spelling = spelling
    }
  }

  public let path: String
  public let format: ErrorListFormat
  /// Rows of objects that did not fail.
  public private(set) var passedOver: Int64 = 0
  private(set) var names: [ListedName] = []
  /// The ways to read it that every one of its names allows.
  private(set) var readings: [NameReading]
  private let prefix: ObjectKey

  public var count: Int { names.count }

  /// Reads a list; throws where its format is not certain or a line does not fit it, with its line, the cause and the
  /// next step.
  public init(_ path: String, _ settings: Settings) throws(StorageError) {
    self.path = path
    prefix = settings.prefix
    var lines = try EvidenceLines(path)
    guard !lines.head.isEmpty else { throw Self.refused(path, nil, "it is empty; give the list again") }
    var rows: ErrorListRows
    do {
      rows = try ErrorListSniffer.rows(ofHead: lines.head, format: settings.format, bucket: settings.bucket)
    } catch {
      throw Self.refused(path, nil, error.cause)
    }
    format = rows.format
    // The lists of the newer service have the same columns: only their names tell them apart.
    let name = path.split(separator: "/").last ?? ""
    if format == .current, settings.format == nil,
      name.contains("_total_list") || name.contains("_skipped_list")
    {
      throw Self.refused(
        path, nil, "it is called a total or a skipped list; give the failed list, or --list-format current")
    }
    readings = NameReading.all(of: rows.format, settings)
    var isOwn = true
    reading: while true {
      switch try lines.next() {
      case .end: break reading
      case .tooLong(let number): throw Self.refused(path, number, "a line of more than 1 MiB")
      case .line(let line): try take(line, &rows, &isOwn)
      }
    }
    guard !names.isEmpty || passedOver > 0 else { throw Self.refused(path, nil, "it has no rows") }
    if isOwn, settings.spelling == nil, !names.isEmpty {
      readings.removeAll { $0 != NameReading(spelling: .percent, isWhole: true) }
    }
    guard !readings.isEmpty else {
      throw Self.refused(
        path, nil, "there is no way to read its names under which all are keys below the source's address")
    }
  }

  private mutating func take(
    _ line: ReportLine, _ rows: inout ErrorListRows, _ isOwn: inout Bool
  ) throws(StorageError) {
    guard line.isTerminated else {
      throw Self.refused(
        path, line.number, "the last line has no end, so that the file may be cut; put its line feed back")
    }
    let content: ErrorListLine
    do { content = try rows.read(line) } catch { throw Self.refused(path, line.number, error.cause) }
    switch content {
    case .nothing: return
    case .passedOver: passedOver += 1
    case .row(let row):
      let name = ListedName(
        bytes: Array(row.name), unquoted: row.unquotedName.map { Array($0) }, line: line.number,
        size: row.size)
      let left = readings.filter { $0.canRead(name, below: prefix) }
      guard !left.isEmpty else {
        throw Self.refused(
          path, line.number,
          "the name \(ObjectKey(bytes: row.name).shown) is not written as the names before, or is no key below the source's address; --list-names says how names are written"
        )
      }
      readings = left
      isOwn = isOwn && OwnErrorRow.isOne(row)
      names.append(name)
    }
  }

  /// The keys of the list under one reading, in the order of the file.
  func keys(under reading: NameReading) -> [ListedKey] {
    names.compactMap { name in
      reading.key(of: name, below: prefix).map {
        ListedKey(key: $0, file: path, line: name.line, size: name.size)
      }
    }
  }

  func key(of name: ListedName, under reading: NameReading) -> ObjectKey? {
    reading.key(of: name, below: prefix)
  }

  static func refused(_ path: String, _ line: Int64?, _ cause: String) -> StorageError {
    let place = line.map { ":\($0)" } ?? ""
    return StorageError(
      .invalidRequest, "\(shownSafely(path))\(place): \(cause); nothing was done")
  }
}

/// A name as a list has it.
struct ListedName: Sendable {
  var bytes: [UInt8]
  /// Nil where there are no quotes around it.
  var unquoted: [UInt8]?
  var line: Int64
  var size: Int64?

  /// Whether every spelling reads it as it is written.
  var isSimple: Bool {
    bytes.allSatisfy { byte in
      switch byte {
      case 0x2D...0x39, 0x41...0x5A, 0x5F, 0x61...0x7A, 0x7E: true
      default: false
      }
    }
  }
}
