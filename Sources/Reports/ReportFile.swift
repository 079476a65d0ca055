import Glibc

/// Why a report could not be written.
public struct ReportError: Error, Sendable, CustomStringConvertible {
  public let message: String

  public var description: String { message }
}

/// One file of a report, written in pieces under a temporary name and renamed when it is whole.
final class ReportFile {
  private let path: String
  private let temporaryPath: String
  private var descriptor: Int32
  private var buffer: [UInt8] = []

  private static let bufferSize = 1 << 16

  init(_ path: String) throws {
    self.path = path
    temporaryPath = path + ".part"
    descriptor = open(temporaryPath, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw Self.failure("cannot make", temporaryPath) }
    buffer.reserveCapacity(Self.bufferSize + 4096)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  func write(_ text: String) throws {
    buffer.append(contentsOf: text.utf8)
    if buffer.count >= Self.bufferSize { try flush() }
  }

  /// Makes the file appear under its own name.
  func publish() throws {
    try flush()
    guard fsync(descriptor) == 0 else { throw Self.failure("cannot write", temporaryPath) }
    close(descriptor)
    descriptor = -1
    guard rename(temporaryPath, path) == 0 else { throw Self.failure("cannot rename", temporaryPath) }
  }

  private func flush() throws {
    var rest = buffer[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written < 0 && errno == EINTR { continue }
      guard written > 0 else { throw Self.failure("cannot write", temporaryPath) }
      rest = rest.dropFirst(written)
    }
    buffer.removeAll(keepingCapacity: true)
  }

  private static func failure(_ what: String, _ path: String) -> ReportError {
    ReportError(
      message:
        "\(what) \(path): \(String(cString: strerror(errno))); the ledger is whole, write the report again "
        + "with `tranship report`")
  }
}
