import Checksums
import Glibc
import ObjectStorage

/// A file that is read once, piece by piece or line by line, and hashed on its way.
final class InputFile {
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  /// Where in the buffer the next line begins.
  private var next = 0
  private var size: Int64 = 0
  private var hasher: StreamingHasher? = StreamingHasher(.sha256)
  private static let pieceBytes = 64 << 10
  /// No line that this tool writes is longer.
  private static let longestLine = 16 << 20

  /// Opens a plain file; nothing is followed and nothing is waited for.
  init(_ path: String) throws(SealFault) {
    let opened = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    let cause = errno
    descriptor = opened
    guard opened >= 0 else {
      switch cause {
      case ENOENT: throw SealFault("is missing")
      case ELOOP: throw SealFault("is a symbolic link; a report has plain files only")
      default: throw SealFault("cannot be read: \(String(cString: strerror(cause)).lowercased())")
      }
    }
    var status = stat()
    guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw SealFault("is not a plain file")
    }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The whole file, where it is no larger than a limit.
  static func whole(_ path: String, limit: Int) throws(SealFault) -> [UInt8] {
    let file = try InputFile(path)
    while try file.read() {
      guard file.buffer.count <= limit else { throw SealFault("is larger than \(limit) bytes") }
    }
    return file.buffer
  }

  /// The next line without its end, and whether it had one; nil behind the last.
  func line() throws(SealFault) -> (bytes: ArraySlice<UInt8>, isEnded: Bool)? {
    var searched = next
    while true {
      if let end = Self.lineEnd(in: buffer, from: searched) {
        defer { next = end + 1 }
        return (buffer[next..<end], true)
      }
      searched = buffer.count - next
      buffer.removeFirst(next)
      next = 0
      guard buffer.count <= Self.longestLine else {
        throw SealFault("has a line that no report has: it does not end")
      }
      guard try read() else {
        guard !buffer.isEmpty else { return nil }
        defer { next = buffer.count }
        return (buffer[...], false)
      }
    }
  }

  /// What the file holds, after its rest was read too.
  func content() throws(SealFault) -> FileContent {
    buffer = []
    next = 0
    while try read() { buffer.removeAll(keepingCapacity: true) }
    guard let sha256 = hasher.take()?.finish() else { throw SealFault("was read twice") }
    return FileContent(size: size, sha256: sha256)
  }

  private static func lineEnd(in buffer: [UInt8], from start: Int) -> Int? {
    buffer.withUnsafeBytes { bytes in
      guard start < bytes.count, let base = bytes.baseAddress,
        let found = memchr(base + start, 10, bytes.count - start)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
  }

  /// Reads a further piece into the buffer; false at the end.
  private func read() throws(SealFault) -> Bool {
    var piece = [UInt8](repeating: 0, count: Self.pieceBytes)
    while true {
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count == 0 { return false }
      guard count > 0 else {
        if errno == EINTR { continue }
        throw SealFault("cannot be read: \(String(cString: strerror(errno)).lowercased())")
      }
      piece.withUnsafeBytes { hasher?.update(UnsafeRawBufferPointer(rebasing: $0[..<count])) }
      size += Int64(count)
      buffer.append(contentsOf: piece[..<count])
      return true
    }
  }
}
