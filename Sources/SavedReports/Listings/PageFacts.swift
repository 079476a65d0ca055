import ObjectStorage

/// The members of a page of JSON that say something.
enum PageMember: String {
  case objects = "Contents"
  case versions = "Versions"
  case deleteMarkers = "DeleteMarkers"
  case commonPrefixes = "CommonPrefixes"
  /// The rows alone; no page has this name.
  case rows = "the list"
  case name = "Name"
  case prefix = "Prefix"
  case isTruncated = "IsTruncated"
  case keyCount = "KeyCount"
  case requestCharged = "RequestCharged"
  case startAfter = "StartAfter"
  case continuationToken = "ContinuationToken"
  case nextContinuationToken = "NextContinuationToken"
  case marker = "Marker"
  case nextMarker = "NextMarker"
  case keyMarker = "KeyMarker"
  case versionIDMarker = "VersionIdMarker"
  case nextKeyMarker = "NextKeyMarker"
  case nextVersionIDMarker = "NextVersionIdMarker"
  /// Of the AWS CLI, where `--max-items` ended the listing early.
  case nextToken = "NextToken"

  init?(_ name: ArraySlice<UInt8>) {
    guard let text = name.text, text != PageMember.rows.rawValue else { return nil }
    self.init(rawValue: text)
  }

  var hasRows: Bool {
    switch self {
    case .objects, .versions, .deleteMarkers, .commonPrefixes, .rows: true
    default: false
    }
  }
}

/// What a page of JSON says beside its rows.
struct PageFacts {
  /// A common prefix that the page has.
  var folder: ObjectKey?
  private var texts: [PageMember: String] = [:]
  private var isTruncated: Bool?
  private var keyCount: Int64?
  private var met: Set<PageMember> = []
  private var rows: Int64 = 0
  private var hasVersions = false
  /// Of rows that are no versions.
  private var lastKey: ObjectKey?

  mutating func meet(_ member: PageMember) throws(ReportProblem) {
    guard met.insert(member).inserted else { throw ReportProblem("a page says \(member.rawValue) twice") }
  }

  mutating func count(_ row: PageRow) {
    rows += 1
    if row.isVersion { hasVersions = true }
    lastKey = row.isVersion ? nil : row.key.map { ObjectKey(bytes: $0) } ?? lastKey
  }

  mutating func take(_ member: PageMember, _ event: JSONEvent, _ text: ArraySlice<UInt8>)
    throws(ReportProblem)
  {
    switch (member, event) {
    case (_, .null): return
    case (.isTruncated, .yes): isTruncated = true
    case (.isTruncated, .no): isTruncated = false
    case (.keyCount, .number): keyCount = text.count64
    case (_, .string) where !member.hasRows && member != .isTruncated && member != .keyCount:
      texts[member] = String(decoding: text, as: UTF8.self)
    default: throw ReportProblem("\(member.rawValue) is not what it should be")
    }
  }

  /// - Parameter isWhole: the rows alone were given, and are all that there is.
  func page(isWhole: Bool) throws(ReportProblem) -> SavedPage {
    guard isWhole || !met.isEmpty else { throw ReportProblem("the JSON is no listing") }
    if let keyCount, keyCount != rows {
      throw ReportProblem("a page announces \(keyCount) keys and has \(rows)")
    }
    let next: [PageMember] = [.nextContinuationToken, .nextKeyMarker, .nextMarker]
    guard isTruncated != false || next.allSatisfy({ told($0) == nil }) else {
      throw ReportProblem("a page says that it is the last one, and where the next one begins")
    }
    return SavedPage(
      bucket: texts[.name], prefix: texts[.prefix].map { ObjectKey($0) }, folder: folder,
      hasVersions: hasVersions || met.contains(.versions) || met.contains(.keyMarker), beginning: beginning,
      end: end)
  }

  private var beginning: SavedPage.Beginning {
    if let token = told(.continuationToken) { return .at(.token(token)) }
    if let key = told(.keyMarker) { return .at(.version(ObjectKey(key), told(.versionIDMarker))) }
    if let key = told(.marker) { return .at(.key(ObjectKey(key))) }
    if let key = told(.startAfter) { return .after(ObjectKey(key)) }
    return met.contains(.keyMarker) || met.contains(.marker) ? .first : .untold
  }

  private var end: SavedPage.End {
    if let token = told(.nextToken) { return .at(.token(token)) }
    if isTruncated == false { return .last }
    if let token = told(.nextContinuationToken) { return .at(.token(token)) }
    if let key = told(.nextKeyMarker) { return .at(.version(ObjectKey(key), told(.nextVersionIDMarker))) }
    if let key = told(.nextMarker) { return .at(.key(ObjectKey(key))) }
    guard isTruncated == true else { return .last }
    // The older listing goes on behind its last key, and need not say so.
    guard let lastKey, keyCount == nil else { return .untold }
    return .at(.key(lastKey))
  }

  private func told(_ member: PageMember) -> String? { texts[member].flatMap { $0.isEmpty ? nil : $0 } }
}
