import ObjectStorage

/// Finds keys that other keys go on below, such as `c` beside `c/x`, where keys come in the order of their bytes.
///
/// A key is settled when no later one can be below it. Only keys that are the beginning of the last one are not, so
/// memory is bounded by the length of a key.
struct BranchWatch: Sendable {
  /// An object on its way to a directory.
  struct Candidate: Sendable {
    var object: ListedObject
    /// The key at the destination.
    var key: ObjectKey
    var isRefused = false
    var isTwin = false
    /// Whether another key goes on below it.
    var isBranch = false
  }

  private var open: [Candidate] = []

  /// Takes the next object; gives those that are settled by it.
  mutating func add(_ candidate: Candidate) -> [Candidate] {
    var settled: [Candidate] = []
    while let last = open.last, !leads(last.key, to: candidate.key) {
      settled.append(last)
      open.removeLast()
    }
    if var last = open.last, candidate.key.bytes[last.key.bytes.count] == slash {
      last.isBranch = true
      settled.append(last)
      open.removeLast()
    }
    // What ends in a slash is a folder itself.
    if candidate.key.bytes.last == slash { settled.append(candidate) } else { open.append(candidate) }
    return settled
  }

  /// Gives the rest, at the end of the keys.
  mutating func finish() -> [Candidate] {
    defer { open = [] }
    return open
  }

  /// Whether a key begins another one that is below it, or that keys below it may still follow.
  private func leads(_ key: ObjectKey, to other: ObjectKey) -> Bool {
    let count = key.bytes.count
    return other.bytes.count > count && other.bytes[count] <= slash && other.bytes.starts(with: key.bytes)
  }
}

private let slash = UInt8(ascii: "/")
