import AuditLedger
import ObjectStorage

/// What a page means for the piece of a listing that it belongs to.
///
/// | the page | meaning |
/// | --- | --- |
/// | keys fall where the store promised that they ascend | the pieces cannot be trusted: list all again as one |
/// | the first of an undivided piece, more to come, its keys in few folders, folders may divide | drop it, list the folders |
/// | a key beyond the piece's end | keep what is within, the piece is whole |
/// | the last | keep it, the piece is whole |
/// | any other | keep it, go on |
struct RangeRule: Sendable {
  /// What is to be done with a page.
  enum Step: Sendable {
    case keep(RangeProgress)
    case divide
    case disordered
  }

  let division: ListingDivision

  /// A page of a thousand keys in more folders than this has so few keys a folder that listing each folder by itself
  /// would take many times the requests.
  private static let mostFolders = 8

  /// `isDivisionWanted` where requests could run that have nothing to do.
  func step(_ range: ListingRange, _ page: ListingPage, isDivisionWanted: Bool) -> Step {
    if division == .keys, !ascends(page, after: range.lastKey ?? range.start) { return .disordered }
    if mayDivide(range, page), isDivisionWanted || division == .folders { return .divide }
    var behind = range
    let first = [page.objects.first?.key, page.commonPrefixes.first].compactMap(\.self).min()
    if behind.firstKey == nil { behind.firstKey = first }
    var objects = page.objects
    if let until = range.until, let end = objects.firstIndex(where: { until < $0.key }) {
      behind.beyond = objects[end].key
      objects.removeSubrange(end...)
    }
    behind.lastKey = objects.last?.key ?? range.lastKey
    behind.position = page.next
    return .keep(
      RangeProgress(
        range: behind, objects: objects, folders: page.commonPrefixes,
        isDone: page.next == nil || behind.beyond != nil))
  }

  /// Whether the keys of a page ascend and come after one that was listed before.
  func ascends(_ page: ListingPage, after last: ObjectKey?) -> Bool {
    var last = last
    for object in page.objects {
      if let last, !(last < object.key) { return false }
      last = object.key
    }
    return true
  }

  private func mayDivide(_ range: ListingRange, _ page: ListingPage) -> Bool {
    guard division != .pages, !range.isDelimited, range.position == nil, range.start == nil,
      range.until == nil, page.next != nil
    else { return false }
    let folders = folderCount(page, range.prefix.bytes.count)
    return (1...Self.mostFolders).contains(folders)
  }

  /// Distinct folders below the prefix; more than `mostFolders` need not be told apart.
  private func folderCount(_ page: ListingPage, _ prefixCount: Int) -> Int {
    var folders: Set<ArraySlice<UInt8>> = []
    for object in page.objects {
      let rest = object.key.bytes.dropFirst(prefixCount)
      guard let slash = rest.firstIndex(of: UInt8(ascii: "/")) else { continue }
      folders.insert(rest[...slash])
      if folders.count > Self.mostFolders { break }
    }
    return folders.count
  }
}
