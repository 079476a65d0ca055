import Glibc
import Synchronization

/// Bytes to stdout and stderr, and what became of them.
///
/// A reader that went away has seen what it wanted. A disk that is full has not: results that were lost are not success.
enum StandardOutput {
  private static let lost = Mutex<Int32?>(nil)

  /// Why results did not reach stdout; nil where they did, or where nobody wanted more of them.
  static var fault: String? { lost.withLock { $0.map { String(cString: strerror($0)).lowercased() } } }

  /// Writes all bytes; false where they cannot be written.
  static func write(_ bytes: ArraySlice<UInt8>, to descriptor: Int32) -> Bool {
    var rest = bytes
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written < 0 && errno == EAGAIN {
        var place = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&place, 1, -1)
      } else if written == 0 || errno != EINTR {
        note(written == 0 ? EIO : errno, descriptor)
        return false
      }
    }
    return true
  }

  private static func note(_ cause: Int32, _ descriptor: Int32) {
    guard descriptor == STDOUT_FILENO, cause != EPIPE else { return }
    lost.withLock { $0 = $0 ?? cause }
  }
}
