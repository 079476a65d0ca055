import Glibc
public import ObjectStorage

extension AddressFile {
  /// More than anybody has names.
  private static let longest = 1 << 20

  /// Reads a file that belongs to whoever runs this and that nobody else can read or write; nil where there is none.
  ///
  /// Whoever can write it decides where the data go.
  public static func read(_ path: String) throws(StorageError) -> AddressFile? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      let code = errno
      if code == ENOENT || code == ENOTDIR { return nil }
      throw unreadable(path, String(cString: strerror(code)))
    }
    defer { close(descriptor) }
    try requirePrivate(descriptor, path)
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 64 << 10)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw unreadable(path, String(cString: strerror(errno))) }
      if count == 0 { break }
      bytes += piece.prefix(count)
      guard bytes.count <= longest else { throw refused(path, "it is longer than 1 MiB") }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw refused(path, "it is not UTF-8")
    }
    return try AddressFile(parsing: text, path: path)
  }

  /// Looks at the file that is open, not at what its name leads to by then.
  private static func requirePrivate(_ descriptor: Int32, _ path: String) throws(StorageError) {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unreadable(path, String(cString: strerror(errno))) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw unreadable(path, "it is no regular file") }
    guard status.st_uid == geteuid() else {
      throw StorageError(
        .invalidRequest,
        "the address file \(shownSafely(path)) belongs to somebody else (user \(status.st_uid)), who could lead the data elsewhere; make one of your own"
      )
    }
    let others = status.st_mode & 0o077
    guard others == 0 else {
      let mode = String(status.st_mode & 0o7777, radix: 8)
      throw StorageError(
        .invalidRequest,
        "the address file \(shownSafely(path)) is open to others (mode 0\(mode)), and whoever can write it decides where the data go; run chmod 600 on it"
      )
    }
  }

  private static func unreadable(_ path: String, _ cause: String) -> StorageError {
    StorageError(.invalidRequest, "the address file \(shownSafely(path)) cannot be read: \(cause)")
  }
}
