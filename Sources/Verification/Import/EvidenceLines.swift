import Glibc
public import ObjectStorage
public import SavedReports

/// The lines of a file, a file of any size in the same memory.
public struct EvidenceLines: ~Copyable {
  public enum Next: Hashable, Sendable {
    case line(ReportLine)
    /// The line of this number is longer than a line may be; it was passed over.
    case tooLong(Int64)
    case end
  }

  private static let pieceBytes = 256 << 10
  private static let headBytes = 64 << 10
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  private let path: String
  private let descriptor: Int32
  private var lines: ReportLines
  private var isAtEnd = false
  /// The beginning of the file, without a mark of UTF-8.
  public private(set) var head: ArraySlice<UInt8> = []

  /// Opens the file; a mark of UTF-8 at its beginning is not part of the first line.
  ///
  /// Throws `local-fault` where that is refused.
  public init(_ path: String, isZeroTerminated: Bool = false) throws(StorageError) {
    self.path = path
    lines = ReportLines(isZeroTerminated: isZeroTerminated)
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.fault(path, errno) }
    var bytes: [UInt8] = []
    // A pipe gives what it has; the kind of a file is told from more than that.
    while !isAtEnd && bytes.count < Self.headBytes { bytes += try piece() }
    bytes.withUnsafeBytes { lines.append($0) }
    head = bytes.starts(with: Self.mark) ? bytes.dropFirst(Self.mark.count) : bytes[...]
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next line; the last one may lack its terminator.
  public mutating func next() throws(StorageError) -> Next {
    while true {
      switch lines.next() {
      case .line(let line)?: return .line(line)
      case .tooLong(let number)?: return .tooLong(number)
      case nil: if isAtEnd { return .end }
      }
      let bytes = try piece()
      bytes.withUnsafeBytes { lines.append($0) }
    }
  }

  /// Reads another piece; an empty one is the end.
  private mutating func piece() throws(StorageError) -> [UInt8] {
    var count = -1
    var cause: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, filled in
      repeat {
        count = read(descriptor, buffer.baseAddress, Self.pieceBytes)
      } while count < 0 && errno == EINTR
      cause = errno
      filled = max(0, count)
    }
    guard count >= 0 else { throw Self.fault(path, cause) }
    if count == 0 {
      isAtEnd = true
      lines.end()
    }
    return bytes
  }

  private static func fault(_ path: String, _ number: Int32) -> StorageError {
    let cause = String(cString: strerror(number)).lowercased()
    return StorageError(
      .localFault, "cannot read \(shownSafely(path)): \(cause); check the path and its rights")
  }
}
