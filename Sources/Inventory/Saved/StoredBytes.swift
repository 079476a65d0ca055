import Checksums
import Glibc
import ObjectStorage

/// The bytes of a file as they are stored, piece by piece, hashed on the way where somebody asks for it.
struct StoredBytes: ~Copyable {
  static let pieceBytes = 64 << 10

  let path: String
  private let descriptor: Int32
  private var hasher: StreamingHasher?
  /// How many were read.
  private(set) var count: Int64 = 0
  private(set) var isAtEnd = false

  /// Throws `local-fault` where the file cannot be opened.
  init(_ path: String, hashing algorithm: ChecksumAlgorithm? = nil) throws(StorageError) {
    self.path = path
    hasher = algorithm.map { StreamingHasher($0) }
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw Self.fault(path, errno) }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next piece; empty at the end.
  mutating func next() throws(StorageError) -> [UInt8] {
    var length = -1
    var cause: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Self.pieceBytes) { buffer, filled in
      repeat {
        length = read(descriptor, buffer.baseAddress, Self.pieceBytes)
      } while length < 0 && errno == EINTR
      cause = errno
      filled = max(0, length)
    }
    guard length >= 0 else { throw Self.fault(path, cause) }
    isAtEnd = length == 0
    count += Int64(bytes.count)
    if hasher != nil { bytes.withUnsafeBytes { hasher?.update($0) } }
    return bytes
  }

  /// The digest of what was read; nothing can be read after it.
  mutating func digest() -> Checksum? { hasher.take()?.finish() }

  /// Whether there is a file at a path that can be read again and again.
  static func isFile(_ path: String) -> Bool { type(of: path) == S_IFREG }

  /// Whether what stands at a path gives its bytes only once.
  static func isPipe(_ path: String) -> Bool {
    type(of: path).map { $0 == S_IFIFO || $0 == S_IFCHR } ?? false
  }

  private static func type(of path: String) -> mode_t? {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_mode & S_IFMT : nil
  }

  private static func fault(_ path: String, _ number: Int32) -> StorageError {
    let cause = String(cString: strerror(number)).lowercased()
    return StorageError(
      .localFault, "cannot read \(shownSafely(path)): \(cause); check the path and its rights")
  }
}
