import Glibc
import ObjectStorage

/// The names of one folder in the order of their keys, read a batch at a time.
///
/// A folder's name carries its slash, because that is how its keys compare: `a-b` stands before `a/b`. A batch
/// keeps the smallest names above a bound, so memory does not grow with the folder.
struct DirectoryNames: Sendable {
  /// Where a batch begins.
  enum Bound: Sendable {
    case start
    /// Names above this one.
    case after([UInt8])
    /// Keys above this one: names above it, and the folder that it lies in.
    case within([UInt8])
  }

  /// The smallest name last, so that taking one is cheap.
  private(set) var descending: [[UInt8]]
  /// The batch's greatest name: where the next one goes on.
  let last: [UInt8]?
  /// Whether the folder holds no name above this batch.
  let isLast: Bool

  var isEmpty: Bool { descending.isEmpty }

  mutating func takeSmallest() -> [UInt8]? { descending.popLast() }

  /// Reads a folder once.
  ///
  /// Keeps up to `limit` names that start with `prefix`, and never one that `isHidden` names.
  init(
    of folder: DirectoryDescriptor, from bound: Bound, prefix: [UInt8], limit: Int,
    isHidden: ([UInt8]) -> Bool
  ) throws(SystemFault) {
    var kept: [[UInt8]] = []
    var ceiling: [UInt8]?
    var dropped = false
    let again = try folder.open([UInt8(ascii: ".")], O_RDONLY | O_DIRECTORY)
    try forEachEntry(of: again) { name, isFolder in
      let entry = isFolder ? name + [slash] : name
      guard !isHidden(name), entry.starts(with: prefix), bound.admits(entry, isFolder: isFolder) else {
        return
      }
      if let ceiling, precedes(ceiling, entry) { return dropped = true }
      kept.append(entry)
      guard kept.count >= 2 * limit else { return }
      kept.sort(by: precedes)
      kept.removeLast(kept.count - limit)
      ceiling = kept.last
      dropped = true
    }
    kept.sort(by: precedes)
    if kept.count > limit {
      kept.removeLast(kept.count - limit)
      dropped = true
    }
    isLast = !dropped
    last = kept.last
    descending = kept.reversed()
  }
}

extension DirectoryNames.Bound {
  func admits(_ entry: [UInt8], isFolder: Bool) -> Bool {
    switch self {
    case .start: true
    case .after(let name): precedes(name, entry)
    case .within(let rest): precedes(rest, entry) || (isFolder && rest.starts(with: entry))
    }
  }

  /// The bound inside a folder, whose name carries its slash.
  func inside(_ folder: [UInt8]) -> DirectoryNames.Bound {
    guard case .within(let rest) = self, rest.starts(with: folder) else { return .start }
    return .within(Array(rest.dropFirst(folder.count)))
  }
}

/// Calls `visit` for every name of an open folder but `.` and `..`, in no order.
private func forEachEntry(
  of folder: DirectoryDescriptor, _ visit: (_ name: [UInt8], _ isFolder: Bool) -> Void
) throws(SystemFault) {
  let copy = try folder.call { number in SystemFault.result { fcntl(number, F_DUPFD_CLOEXEC, 0) } }.get()
  guard let stream = fdopendir(copy) else {
    let number = errno
    _ = close(copy)
    throw SystemFault(number: number)
  }
  defer { closedir(stream) }
  while true {
    errno = 0
    guard let entry = readdir(stream) else {
      guard errno == 0 else { throw SystemFault(number: errno) }
      return
    }
    let name = nameBytes(of: entry)
    if name == [UInt8(ascii: ".")] || name == [UInt8(ascii: "."), UInt8(ascii: ".")] { continue }
    visit(name, try isFolder(name, type: Int32(entry.pointee.d_type), in: folder))
  }
}

private func nameBytes(of entry: UnsafeMutablePointer<dirent>) -> [UInt8] {
  guard let offset = MemoryLayout<dirent>.offset(of: \dirent.d_name) else { return [] }
  let start = (UnsafeRawPointer(entry) + offset).assumingMemoryBound(to: UInt8.self)
  return Array(UnsafeBufferPointer(start: start, count: strlen(UnsafePointer<CChar>(OpaquePointer(start)))))
}

private func isFolder(
  _ name: [UInt8], type: Int32, in folder: DirectoryDescriptor
) throws(SystemFault) -> Bool {
  if type == Int32(DT_DIR) { return true }
  guard type == Int32(DT_UNKNOWN) else { return false }
  do throws(SystemFault) {
    return DirectoryEntry(try folder.status(of: name)).kind == .folder
  } catch {
    guard error.isAbsence else { throw error }
    return false
  }
}

private func precedes(_ one: [UInt8], _ other: [UInt8]) -> Bool {
  let common = min(one.count, other.count)
  let order = one.withUnsafeBytes { first in
    other.withUnsafeBytes { second in
      guard let left = first.baseAddress, let right = second.baseAddress else { return Int32(0) }
      return memcmp(left, right, common)
    }
  }
  return order == 0 ? one.count < other.count : order < 0
}
