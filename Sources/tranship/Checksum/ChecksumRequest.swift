import Checksums
import Glibc

/// Which digests of files are wanted.
struct ChecksumRequest: Sendable {
  /// In the order in which they are printed.
  var algorithms: [ChecksumAlgorithm]
  /// In bytes; needed for a multipart ETag.
  var partSize: Int64?

  /// The size of the parts that are hashed by themselves; nil where no digest rests on them.
  var hashedPartSize: Int64? { algorithms.contains(.multipartETag) ? partSize : nil }

  /// Whether every digest can be put together from those of spans, so that spans can be read at the same time.
  var canBeJoined: Bool {
    algorithms.allSatisfy { [.crc64xz, .crc64nvme, .crc32, .crc32c, .multipartETag].contains($0) }
  }
}

/// A span of a file that is hashed by itself: the whole file, or a part of it.
struct FileSpan: Sendable {
  var file: Int
  var path: String
  var offset: Int64
  /// Nil for all that comes, as from the standard input.
  var length: Int64?
  /// What the file was when it was cut into spans; nil where it cannot be looked at before.
  var state: FileState?
}

/// What tells that a file was changed.
struct FileState: Equatable, Sendable {
  private let size: Int
  private let seconds: Int
  private let nanoseconds: Int

  init(_ status: stat) {
    size = status.st_size
    seconds = status.st_mtim.tv_sec
    nanoseconds = status.st_mtim.tv_nsec
  }
}

/// What hashing a span gave.
struct SpanDigests: Sendable {
  var file: Int
  var offset: Int64
  var length: Int64
  var checksums: [Checksum]
  /// MD5s of the parts that lie in the span.
  var partMD5s: [Checksum]
}

/// Why a file has no digests, in words.
struct FileProblem: Error, Sendable {
  var file: Int
  var message: String

  init(file: Int, message: String) {
    self.file = file
    self.message = message
  }

  /// An upload of this size has no ETag in such parts; the size is nil for a stream that goes on.
  init(file: Int, size: Int64?, partSize: Int64) {
    let step =
      size.map { "take a --part-size of \(($0 - 1) / Int64(PartBoundaries.mostParts) + 1) or more" }
      ?? "take a larger --part-size"
    self.init(
      file: file, message: "it has more parts of \(partSize) bytes than the 10,000 of an upload; \(step)")
  }
}
