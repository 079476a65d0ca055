import Checksums
import Glibc
import NIOCore

/// A body that is being written to a file and hashed on its way.
final class IncomingFile {
  let path: String
  private let descriptor: Int32
  private(set) var size: Int64 = 0
  private var crc64xz: StreamingHasher?
  private var md5: StreamingHasher?
  private var sha256: StreamingHasher?
  private let others: [ChecksumAlgorithm: Digest]

  /// What the bytes turned out to be.
  struct Digests {
    var crc64xz: Checksum
    var md5: Checksum
    var sha256: Checksum?
    var others: [ChecksumAlgorithm: Checksum] = [:]
  }

  init(path: String, wantsSHA256: Bool, others: Set<ChecksumAlgorithm>) throws {
    self.path = path
    descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw ServerError(500, "InternalError", "cannot make a file") }
    crc64xz = StreamingHasher(.crc64xz)
    md5 = StreamingHasher(.md5)
    sha256 = wantsSHA256 ? StreamingHasher(.sha256) : nil
    self.others = Dictionary(uniqueKeysWithValues: others.map { ($0, Digest($0)) })
  }

  deinit {
    close(descriptor)
    // Published files were renamed; what is still here was not wanted.
    unlink(path)
  }

  func write(_ bytes: UnsafeRawBufferPointer) throws {
    crc64xz?.update(bytes)
    md5?.update(bytes)
    sha256?.update(bytes)
    for digest in others.values { digest.hasher?.update(bytes) }
    size += Int64(bytes.count)
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else {
        throw ServerError(500, "InternalError", "cannot write: \(String(cString: strerror(errno)))")
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  func finish() -> Digests {
    Digests(
      crc64xz: crc64xz.take()?.finish() ?? Checksum(.crc64xz, value: 0),
      md5: md5.take()?.finish() ?? Checksum.of([], .md5), sha256: sha256.take()?.finish(),
      others: others.compactMapValues { $0.hasher.take()?.finish() })
  }

  /// A digest that can stand in a dictionary, which its hasher cannot.
  private final class Digest {
    var hasher: StreamingHasher?

    init(_ algorithm: ChecksumAlgorithm) {
      hasher = StreamingHasher(algorithm)
    }
  }
}
