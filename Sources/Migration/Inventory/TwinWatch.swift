import ObjectStorage

/// Finds names in one folder that differ in case or Unicode normalization only, where keys come in the order of their
/// bytes: on some file systems they are one.
///
/// Two keys can become one path only where two names of one folder do, so that the names of the folders on the way to
/// the last key are all that has to be held. Their number has a bound; names beyond it are counted as not compared.
/// Names are held as hashes of 64 bits: among a million of them a wrong finding has a chance of 1 in 30 millions.
struct TwinWatch: Sendable {
  static let mostNames = 500_000

  private struct Folder: Sendable {
    /// Where the folder's name ends in the last key, behind the slash.
    var end: Int
    /// By the hash of the folded name, that of the first name as it is.
    var names: [Int: Int] = [:]
  }

  /// Names that were not held because of the bound.
  private(set) var uncompared: Int64 = 0
  private let limit: Int
  private var folders = [Folder(end: 0)]
  private var last: [UInt8] = []
  private var held = 0

  init(limit: Int = TwinWatch.mostNames) {
    self.limit = limit
  }

  /// Takes the next key; true where one of its names that comes for the first time has a twin.
  mutating func add(_ key: ObjectKey) -> Bool {
    leave(key.bytes)
    var isTwin = false
    var start = folders.last?.end ?? 0
    while let slash = key.bytes[start...].firstIndex(of: UInt8(ascii: "/")) {
      if note(key.bytes[start..<slash]) { isTwin = true }
      start = slash + 1
      folders.append(Folder(end: start))
    }
    if start < key.bytes.count, note(key.bytes[start...]) { isTwin = true }
    last = key.bytes
    return isTwin
  }

  /// Closes the folders that the key is not in.
  private mutating func leave(_ key: [UInt8]) {
    while folders.count > 1, let folder = folders.last, key.prefix(folder.end) != last.prefix(folder.end) {
      folders.removeLast()
      held -= folder.names.count
    }
  }

  private mutating func note(_ name: ArraySlice<UInt8>) -> Bool {
    let folded = Self.foldedHash(name)
    let index = folders.count - 1
    if let first = folders[index].names[folded] { return first != Self.hash(name) }
    guard held < limit else {
      uncompared += 1
      return false
    }
    folders[index].names[folded] = Self.hash(name)
    held += 1
    return false
  }

  private static func hash(_ name: ArraySlice<UInt8>) -> Int {
    var hasher = Hasher()
    name.withUnsafeBytes { hasher.combine(bytes: $0) }
    return hasher.finalize()
  }

  /// Equal for names that differ in case or normalization only.
  private static func foldedHash(_ name: ArraySlice<UInt8>) -> Int {
    if name.allSatisfy({ $0 < 0x80 }) { return hash(name.map(lowercased)[...]) }
    // What is no text has no case.
    guard let text = String(validating: name, as: UTF8.self)?.uppercased().lowercased() else {
      return hash(name)
    }
    if text.utf8.allSatisfy({ $0 < 0x80 }) { return hash(Array(text.utf8)[...]) }
    // Strings are hashed by their canonical form.
    var hasher = Hasher()
    hasher.combine(text)
    return hasher.finalize()
  }

  private static func lowercased(_ byte: UInt8) -> UInt8 { (65...90).contains(byte) ? byte | 32 : byte }
}
