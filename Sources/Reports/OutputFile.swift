import Glibc
import ObjectStorage

/// A file of a report while it grows under a temporary name.
final class OutputFile: Sendable {
  /// The name that the file gets when the report is complete.
  let path: String
  fileprivate let temporary: String
  private let stream: FileStream

  fileprivate init(path: String, temporary: String) throws(StorageError) {
    self.path = path
    self.temporary = temporary
    guard let stream = FileStream(temporary) else { throw Self.fault(path, errno) }
    self.stream = stream
  }

  func write(_ text: String) throws(StorageError) {
    guard stream.write(text) else { throw Self.fault(path, errno) }
  }

  /// Puts the bytes on the disk and gives the file its name.
  fileprivate func publish() throws(StorageError) {
    guard stream.close(), rename(temporary, path) == 0 else { throw Self.fault(path, errno) }
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
  private let path: String
  private var files: [OutputFile] = []

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

  func file(_ name: String) throws(StorageError) -> OutputFile {
    let file = try OutputFile(path: "\(path)/\(name)", temporary: "\(path)/.\(name).\(getpid()).partial")
    files.append(file)
    return file
  }

  func publish() throws(StorageError) {
    for file in files { try file.publish() }
    files = []
  }
}
