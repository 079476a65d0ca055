public import ObjectStorage

/// The folders of a listing and what is in them, for keys that come in the order of their bytes.
///
/// A folder at the wanted depth counts all keys below it, a shallower one the keys that stand directly in it, so that
/// every key counts once. Memory holds the folders on the way to the last key and the largest ones of the closed.
public struct PrefixTally: Sendable {
  /// A folder, with its slash, and what counts for it.
  public struct Folder: Hashable, Sendable {
    public var prefix: ObjectKey
    public var share: ObjectShare
  }

  /// What a tally comes to.
  public struct Result: Hashable, Sendable {
    /// Folders that a key counts for.
    public var folders: Int64 = 0
    /// The largest in bytes; equal ones by number of objects, then in the order of their names.
    public var largest: [Folder] = []
  }

  /// A folder on the way to the last key: where its name ends in that key, behind the slash.
  private struct Open {
    var end: Int
    var share = ObjectShare()
  }

  /// Folders that are kept.
  public static let most = 20

  public let depth: Int
  private var open: [Open]
  private var last: [UInt8]
  private var closed = Result()

  /// Folders are looked for behind the prefix of the listing.
  public init(below prefix: ObjectKey, depth: Int) {
    self.depth = max(0, depth)
    last = prefix.bytes
    open = [Open(end: prefix.bytes.count)]
  }

  mutating func add(_ key: ObjectKey, size: Int64) {
    close(notOnTheWayTo: key.bytes)
    while open.count <= depth, let slash = key.bytes.dropFirst(end).firstIndex(of: UInt8(ascii: "/")) {
      open.append(Open(end: slash + 1))
    }
    last = key.bytes
    open[open.count - 1].share.add(size)
  }

  /// What has come so far.
  public var result: Result {
    var tally = self
    while let folder = tally.open.popLast() { tally.closed.take(folder.share, last.prefix(folder.end)) }
    return tally.closed
  }

  /// The outermost stays open: it is the prefix of the listing itself.
  private var end: Int { open.last?.end ?? 0 }

  private mutating func close(notOnTheWayTo key: [UInt8]) {
    while open.count > 1, key.prefix(end) != last.prefix(end) {
      let folder = open.removeLast()
      closed.take(folder.share, last.prefix(folder.end))
    }
  }
}

extension PrefixTally.Result {
  fileprivate mutating func take(_ share: ObjectShare, _ name: ArraySlice<UInt8>) {
    guard share.objects > 0 else { return }
    folders += 1
    let folder = PrefixTally.Folder(prefix: ObjectKey(bytes: name), share: share)
    let place = largest.firstIndex { folder.isAhead(of: $0) } ?? largest.count
    guard place < PrefixTally.most else { return }
    largest.insert(folder, at: place)
    if largest.count > PrefixTally.most { largest.removeLast() }
  }
}

extension PrefixTally.Folder {
  fileprivate func isAhead(of other: PrefixTally.Folder) -> Bool {
    if share.bytes != other.share.bytes { return share.bytes > other.share.bytes }
    if share.objects != other.share.objects { return share.objects > other.share.objects }
    return prefix < other.prefix
  }
}
