import Glibc
import ObjectStorage

/// A file of a report while it grows under a temporary name.
final class OutputFile: Sendable {
  /// The name in the report's folder.
  let name: String
  /// The name that the file gets when the report is complete.
  let path: String
  fileprivate let temporary: String
  private let stream: FileStream

  fileprivate init(_ name: String, in folder: String) throws(StorageError) {
    self.name = name
    path = "\(folder)/\(name)"
    temporary = "\(folder)/.\(name).\(getpid()).partial"
    guard let stream = FileStream(temporary) else { throw Self.fault(path, errno) }
    self.stream = stream
  }

  func write(_ text: String) throws(StorageError) {
    guard stream.write(text) else { throw Self.fault(path, errno) }
  }

  func write(_ bytes: [UInt8]) throws(StorageError) {
    guard stream.write(bytes) else { throw Self.fault(path, errno) }
  }

  /// Lets somebody write what comes next; `text` holds more than that.
  func append<Result: Sendable>(
    _ fill: @Sendable (_ text: inout TextWriter) -> Result
  ) throws(StorageError) -> Result {
    guard let result = stream.append(fill) else { throw Self.fault(path, errno) }
    return result
  }

  /// Puts the bytes on the disk, still under the temporary name; says what they are.
  func complete() throws(StorageError) -> FileContent {
    guard stream.close(), let content = stream.content else { throw Self.fault(path, errno) }
    return content
  }

  /// Gives the file its name.
  fileprivate func publish() throws(StorageError) {
    guard rename(temporary, path) == 0 else { throw Self.fault(path, errno) }
  }

  fileprivate func discard() {
    _ = stream.close()
    unlink(temporary)
  }

  static func fault(_ path: String, _ number: Int32) -> StorageError {
    let cause = String(cString: strerror(number)).lowercased()
    return StorageError(
      .localFault, "cannot write the report \(shownSafely(path)): \(cause); check the folder and its disk")
  }
}

/// The folder of a report; what is not published leaves no trace.
final class ReportFolder {
  let path: String
  private var files: [OutputFile] = []
  /// What stands in the folder and is no part of the report, once that is published.
  var unsealed: [String] = []

  /// Makes the folder and its parents where they do not exist.
  init(_ path: String) throws(StorageError) {
    self.path = path
    var made = path.hasPrefix("/") ? "/" : ""
    for piece in path.split(separator: "/") {
      made += made.isEmpty || made.hasSuffix("/") ? String(piece) : "/\(piece)"
      guard mkdir(made, mode_t(0o755)) == 0 || errno == EEXIST || errno == EISDIR || errno == EROFS else {
        throw OutputFile.fault(made, errno)
      }
    }
  }

  deinit { for file in files { file.discard() } }

  /// Throws `local-fault` for a name that is a path: the job's is part of it, and may be from anywhere.
  func file(_ name: String) throws(StorageError) -> OutputFile {
    guard !name.utf8.contains(UInt8(ascii: "/")), name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw StorageError(
        .localFault,
        "\(shownSafely(name)) is no name for a file of a report; the ledger's job has a name that no tranship gives"
      )
    }
    let file = try OutputFile(name, in: path)
    files.append(file)
    return file
  }

  /// Puts every file on the disk, still under temporary names; says what they are.
  func complete() throws(StorageError) -> [SealedFile] {
    var sealed: [SealedFile] = []
    for file in files { sealed.append(SealedFile(file.name, try file.complete())) }
    return sealed
  }

  /// Gives the files their names in the order in which they were made; names of before that are listed go first.
  ///
  /// So a report that is cut off while it replaces another one is a report without a seal.
  func publish(dropping names: [String]) throws(StorageError) {
    for name in names where unlink("\(path)/\(name)") != 0 && errno != ENOENT {
      throw OutputFile.fault("\(path)/\(name)", errno)
    }
    for file in files {
      _ = try file.complete()
      try file.publish()
    }
    files = []
    let folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      close(folder)
    }
  }
}
