import Glibc
public import ObjectStorage

/// The lines of a file, a file of any size in the same memory.
public struct EvidenceLines: ~Copyable {
  public enum Next: Hashable, Sendable {
    case line(EvidenceLine)
    /// The line of this number is longer than a line may be; it was passed over.
    case tooLong(Int64)
    case end
  }

  /// The longest line, in bytes.
  public static let longest = 1 << 20
  private static let pieceBytes = 256 << 10
  private static let headBytes = 64 << 10

  private let path: String
  private let terminator: UInt8
  private let descriptor: Int32
  private var buffer: [UInt8] = []
  private var position = 0
  private var number: Int64 = 0
  private var isAtEnd = false

  /// Opens the file; a mark of UTF-8 at its beginning is not part of the first line.
  ///
  /// Throws `local-fault` where that is refused.
  public init(_ path: String, isZeroTerminated: Bool = false) throws(StorageError) {
    self.path = path
    terminator = isZeroTerminated ? 0 : UInt8(ascii: "\n")
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.fault(path, errno) }
    // A pipe gives what it has; the kind of a file is told from more than that.
    while !isAtEnd && buffer.count < Self.headBytes { try fill() }
    if buffer.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The beginning of the file, as far as it is at hand before the first line is taken.
  public var head: ArraySlice<UInt8> { buffer[position...] }

  /// The next line; the last one may lack its terminator.
  public mutating func next() throws(StorageError) -> Next {
    var searched = position
    while true {
      if let end = buffer[searched...].firstIndex(of: terminator) {
        return take(upTo: end, andBehind: end + 1)
      }
      searched = buffer.count
      if isAtEnd {
        return position < buffer.count ? take(upTo: buffer.count, andBehind: buffer.count) : .end
      }
      if buffer.count - position > Self.longest { return try skip() }
      searched -= position
      try fill()
    }
  }

  private mutating func take(upTo end: Int, andBehind next: Int) -> Next {
    var bytes = buffer[position..<end]
    position = next
    number += 1
    guard bytes.count <= Self.longest else { return .tooLong(number) }
    let hasReturn = terminator != 0 && bytes.last == UInt8(ascii: "\r")
    if hasReturn { bytes.removeLast() }
    return .line(EvidenceLine(number, bytes, endsWithCarriageReturn: hasReturn))
  }

  /// Passes over the rest of a line that is too long.
  private mutating func skip() throws(StorageError) -> Next {
    number += 1
    while true {
      if let end = buffer[position...].firstIndex(of: terminator) {
        position = end + 1
        return .tooLong(number)
      }
      position = buffer.count
      if isAtEnd { return .tooLong(number) }
      try fill()
    }
  }

  /// Reads another piece behind what is left, which moves to the front.
  private mutating func fill() throws(StorageError) {
    buffer.removeFirst(position)
    position = 0
    let held = buffer.count
    buffer.append(contentsOf: repeatElement(0, count: Self.pieceBytes))
    var count = -1
    repeat {
      count = buffer.withUnsafeMutableBytes { bytes in
        read(descriptor, bytes.baseAddress?.advanced(by: held), Self.pieceBytes)
      }
    } while count < 0 && errno == EINTR
    let cause = errno
    buffer.removeLast(Self.pieceBytes - max(0, count))
    guard count >= 0 else { throw Self.fault(path, cause) }
    isAtEnd = count == 0
  }

  private static func fault(_ path: String, _ number: Int32) -> StorageError {
    let cause = String(cString: strerror(number)).lowercased()
    return StorageError(
      .localFault, "cannot read \(shownSafely(path)): \(cause); check the path and its rights")
  }
}
