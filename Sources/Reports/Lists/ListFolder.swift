import Glibc
import ObjectStorage

/// Files of lists that get their names together, when all are complete; what is not published leaves no trace.
final class ListFolder {
  private struct Growing {
    var stream: FileStream
    var temporary: String
    var path: String
  }

  let path: String
  private var files: [Growing] = []

  /// `path` is made, with its parents, where it does not exist.
  init(_ path: String) throws(StorageError) {
    self.path = path
    try Self.make(path)
  }

  deinit {
    for file in files {
      _ = file.stream.close()
      unlink(file.temporary)
    }
  }

  /// Begins a file; its name may have folders, which are made.
  func begin(_ name: String) throws(StorageError) -> FileStream {
    let path = "\(self.path)/\(name)"
    let folder = path.split(separator: "/", omittingEmptySubsequences: false).dropLast().joined(
      separator: "/")
    try Self.make(folder)
    let file = path.dropFirst(folder.utf8.count + 1)
    let temporary = "\(folder)/.\(file).\(getpid()).partial"
    guard let stream = FileStream(temporary) else { throw OutputFile.fault(path, errno) }
    files.append(Growing(stream: stream, temporary: temporary, path: path))
    return stream
  }

  /// Puts all on the disk and gives them their names; then takes away files of an earlier writing that had others.
  func publish(dropping stale: (Int) -> [String]) throws(StorageError) {
    for file in files where !file.stream.close() { throw OutputFile.fault(file.path, errno) }
    for file in files where rename(file.temporary, file.path) != 0 {
      throw OutputFile.fault(file.path, errno)
    }
    files = []
    var number = 0
    while stale(number).count(where: { unlink("\(path)/\($0)") == 0 }) > 0 { number += 1 }
  }

  static func make(_ path: String) throws(StorageError) {
    var made = path.hasPrefix("/") ? "/" : ""
    for piece in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? String(piece) : "/\(piece)"
      guard mkdir(made, mode_t(0o755)) == 0 || errno == EEXIST || errno == EISDIR || errno == EROFS else {
        throw OutputFile.fault(made, errno)
      }
    }
  }
}

/// A list in files of so many rows each.
struct SplitList {
  private let folder: ListFolder
  private let rows: Int64?
  private let name: (Int) -> String
  private var stream: FileStream
  private var written: Int64 = 0
  private(set) var names: [String]

  /// The first file is there also where the list has no rows; without a number of rows there is no other.
  init(in folder: ListFolder, rows: Int64?, name: @escaping (Int) -> String) throws(StorageError) {
    self.folder = folder
    self.rows = rows
    self.name = name
    names = [name(0)]
    stream = try folder.begin(name(0))
  }

  mutating func add(_ line: String) throws(StorageError) {
    if let rows, written == rows {
      // Published with the others; the descriptor is not held until then.
      guard stream.close() else { throw OutputFile.fault("\(folder.path)/\(names[names.count - 1])", errno) }
      names.append(name(names.count))
      stream = try folder.begin(names[names.count - 1])
      written = 0
    }
    guard stream.write(line) else {
      throw OutputFile.fault("\(folder.path)/\(names[names.count - 1])", errno)
    }
    written += 1
  }

  /// Names of files that would follow the last one.
  func following(_ count: Int) -> String { name(names.count + count) }
}
