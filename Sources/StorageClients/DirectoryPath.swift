import ObjectStorage

/// The way to an object below a directory: a key that was checked to be a path.
///
/// A key is a path only where no two keys can become one file and none can leave the root: every segment
/// between slashes is a plain name. Bytes are never changed on the way.
struct DirectoryPath: Sendable {
  /// The longest name that Linux file systems take, in bytes.
  static let longestName = 255
  /// The longest path that other programs can open, in bytes.
  static let longestPath = 4095

  let key: ObjectKey
  /// At least one name; the last one is the object's.
  let names: [[UInt8]]
  /// Whether the key ends in `/`: a marker, kept as an empty folder.
  let isFolder: Bool

  /// Throws `unsafe-key` with the reason.
  init(_ key: ObjectKey) throws(StorageError) {
    if let finding = Self.finding(of: key) { throw StorageError(.unsafeKey, finding.message, key: key) }
    let isFolder = key.bytes.last == slash
    self.key = key
    self.isFolder = isFolder
    names = key.bytes.dropLast(isFolder ? 1 : 0).split(separator: slash).map { Array($0) }
  }

  var folders: ArraySlice<[UInt8]> { names.dropLast() }
  var name: [UInt8] { names.last ?? [] }

  /// Why a key cannot be a path, or nil where it can.
  static func finding(of key: ObjectKey) -> KeyRefusal? {
    let bytes = key.bytes
    guard !bytes.isEmpty else { return KeyRefusal(.empty, "the key is empty, and a file needs a name") }
    guard bytes.first != slash else {
      return KeyRefusal(.leadingSlash, "the key starts with a slash, which would be an absolute path")
    }
    guard !bytes.contains(0) else {
      return KeyRefusal(.zeroByte, "the key holds a zero byte, which no file name can")
    }
    guard bytes.count <= longestPath else {
      return KeyRefusal(
        .tooLong, "the key is \(bytes.count) bytes long, and a path may have \(longestPath)")
    }
    let folded = bytes.last == slash ? bytes.dropLast() : bytes[...]
    let names = folded.split(separator: slash, omittingEmptySubsequences: false)
    if names.first.map({ Array($0) }) == DirectoryArea.name {
      return KeyRefusal(
        .reservedFolder, "the folder \(shownSafely(DirectoryArea.shownName)) is kept for unfinished writes")
    }
    for name in names {
      if let finding = finding(ofName: name) { return finding }
    }
    return nil
  }

  private static func finding(ofName name: ArraySlice<UInt8>) -> KeyRefusal? {
    if name.isEmpty {
      return KeyRefusal(
        .emptySegment, "the key has an empty segment between two slashes, which a path would drop")
    }
    if name.elementsEqual([dot]) {
      return KeyRefusal(.dotSegment, "the key has the segment '.', which a path would drop")
    }
    if name.elementsEqual([dot, dot]) {
      return KeyRefusal(.parentSegment, "the key has the segment '..', which leaves its folder")
    }
    guard name.count <= longestName else {
      return KeyRefusal(
        .longSegment, "the key has a segment of \(name.count) bytes, and a file name may have \(longestName)")
    }
    return nil
  }
}

let slash = UInt8(ascii: "/")
private let dot = UInt8(ascii: ".")
