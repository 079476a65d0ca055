import Checksums
import Glibc

/// A span that is being read, with its running digests; MD5s stand in lanes that many spans share.
final class SpanReader {
  let span: FileSpan
  private let descriptor: Int32
  private let before: FileState
  private let isRegular: Bool
  private var position: Int64
  private var digests: [RunningDigest] = []
  private var whole: MD5Lanes.Lane?
  private var part: MD5Lanes.Lane?
  private let partSize: Int64?
  private var leftInPart: Int64
  private var partMD5s: [Checksum] = []
  private(set) var buffer = UnsafeMutableRawBufferPointer(start: nil, count: 0)

  static let chunk = 256 << 10

  init(_ span: FileSpan, _ request: ChecksumRequest, _ lanes: inout MD5Lanes) throws(FileProblem) {
    self.span = span
    position = span.offset
    descriptor = span.path == "-" ? dup(0) : open(span.path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else {
      throw FileProblem(file: span.file, message: systemCause())
    }
    before = span.state ?? FileState(status)
    isRegular = status.st_mode & S_IFMT == S_IFREG
    partSize = request.hashedPartSize
    leftInPart = partSize ?? 0
    guard status.st_mode & S_IFMT != S_IFDIR else {
      close(descriptor)
      throw FileProblem(file: span.file, message: "it is a directory; name the files in it")
    }
    for algorithm in request.algorithms where ![.md5, .multipartETag].contains(algorithm) {
      digests.append(RunningDigest(algorithm))
    }
    if request.algorithms.contains(.md5) { whole = lanes.open() }
    if partSize != nil { part = lanes.open() }
    buffer = .allocate(byteCount: Self.chunk, alignment: 64)
  }

  deinit {
    close(descriptor)
    buffer.deallocate()
  }

  /// Reads the next bytes into the buffer; none at the end.
  func read() throws(FileProblem) -> UnsafeRawBufferPointer {
    // What comes without a length is cut while it comes, and every part costs memory.
    if let partSize, partMD5s.count + (leftInPart < partSize ? 1 : 0) > PartBoundaries.mostParts {
      throw FileProblem(file: span.file, size: nil, partSize: partSize)
    }
    let left = span.length.map { $0 - (position - span.offset) } ?? Int64(Self.chunk)
    let wanted = Int(min(left, Int64(Self.chunk)))
    guard wanted > 0 else { return UnsafeRawBufferPointer(rebasing: buffer[..<0]) }
    while true {
      let count =
        span.length == nil
        ? Glibc.read(descriptor, buffer.baseAddress, wanted)
        : pread(descriptor, buffer.baseAddress, wanted, off_t(position))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw FileProblem(file: span.file, message: systemCause()) }
      if count == 0 && span.length != nil { throw changed }
      position += Int64(count)
      return UnsafeRawBufferPointer(rebasing: buffer[..<count])
    }
  }

  /// Takes the bytes into the digests that need no lane; returns what goes into lanes, at most up to the end of the
  /// running part.
  func absorb(_ bytes: UnsafeRawBufferPointer) {
    for digest in digests { digest.update(bytes) }
  }

  /// Inputs for the lanes; what lies behind the end of the running part comes back as the rest.
  func inputs(
    _ bytes: UnsafeRawBufferPointer, isFirst: Bool
  ) -> (inputs: [MD5Lanes.Input], rest: UnsafeRawBufferPointer) {
    var inputs: [MD5Lanes.Input] = []
    if isFirst, let whole { inputs.append(MD5Lanes.Input(lane: whole, bytes: bytes)) }
    guard let part else { return (inputs, UnsafeRawBufferPointer(rebasing: bytes[bytes.count...])) }
    let count = Int(min(leftInPart, Int64(bytes.count)))
    inputs.append(MD5Lanes.Input(lane: part, bytes: UnsafeRawBufferPointer(rebasing: bytes[..<count])))
    leftInPart -= Int64(count)
    return (inputs, UnsafeRawBufferPointer(rebasing: bytes[count...]))
  }

  /// Ends the running part where it is full.
  func turnPart(_ lanes: inout MD5Lanes) {
    guard let partSize, let full = part, leftInPart == 0 else { return }
    partMD5s.append(lanes.finish(full))
    part = lanes.open()
    leftInPart = partSize
  }

  /// Gives the lanes back without a digest.
  func abandon(_ lanes: inout MD5Lanes) {
    for lane in [whole, part].compactMap(\.self) { lanes.discard(lane) }
    (whole, part) = (nil, nil)
  }

  func finish(_ lanes: inout MD5Lanes) throws(FileProblem) -> SpanDigests {
    var after = stat()
    guard !isRegular || (fstat(descriptor, &after) == 0 && FileState(after) == before) else {
      abandon(&lanes)
      throw changed
    }
    var checksums = digests.compactMap { $0.finish() }
    if let whole { checksums.append(lanes.finish(whole)) }
    if let part {
      // An empty file is one empty part.
      if leftInPart != partSize || partMD5s.isEmpty {
        partMD5s.append(lanes.finish(part))
      } else {
        lanes.discard(part)
      }
    }
    (whole, part) = (nil, nil)
    return SpanDigests(
      file: span.file, offset: span.offset, length: position - span.offset, checksums: checksums,
      partMD5s: partMD5s)
  }

  private var changed: FileProblem {
    FileProblem(
      file: span.file, message: "it changed while it was read; run the command again when it is at rest")
  }
}

/// One digest of a span, in a place of its own: hashers cannot be copied into arrays.
private final class RunningDigest {
  private var hasher: StreamingHasher?

  init(_ algorithm: ChecksumAlgorithm) {
    hasher = StreamingHasher(algorithm)
  }

  func update(_ bytes: UnsafeRawBufferPointer) { hasher?.update(bytes) }

  func finish() -> Checksum? { hasher.take()?.finish() }
}

/// What the system says of the last call, and what can be done.
func systemCause() -> String {
  let code = errno
  let text = String(cString: strerror(code))
  switch code {
  case ENOENT: return "\(text.lowercased()); check the name"
  case EACCES, EPERM: return "\(text.lowercased()); check its rights"
  default: return text.lowercased()
  }
}
