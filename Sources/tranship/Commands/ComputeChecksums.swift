import ArgumentParser
import Checksums
import Foundation
import ObjectStorage

struct ComputeChecksums: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checksum",
    abstract: "Prints the digests of files as the vendors spell them.",
    discussion: """
      EXAMPLES
        tranship checksum photo.jpg
        tranship checksum --algorithm multipart-etag --part-size 8MiB backup.tar
        cat photo.jpg | tranship checksum --algorithm crc64xz -

      One line a digest, separated by tabs: algorithm, hexadecimal digits, the vendor's spelling, file. The spelling is
      a decimal number for crc64xz (as OSS reports it), hex-N for multipart-etag (the ETag of an upload in parts of
      --part-size), and Base64 for the others (as in Content-MD5 and in the checksum headers of S3).

      EXIT STATUS
        0    every file has its digests
        1    some file could not be read or has more than 10,000 parts; the others are printed
        64   wrong usage
      """)

  @Argument(help: "Files; - is the standard input.")
  var files: [String]
  @Option(
    help:
      "md5, crc64xz, crc64nvme, crc32, crc32c, sha1, sha256 or multipart-etag; may be given several times. By default md5, crc64xz, crc64nvme, sha256, and multipart-etag where --part-size is given."
  )
  var algorithm: [String] = []
  @Option(help: "The size of the parts of a multipart ETag, such as 8MiB or 8388608.")
  var partSize: String?
  @Flag(help: "Prints one JSON object a file a line.")
  var json = false

  func validate() throws { _ = try request() }

  func run() async throws {
    let console = Console()
    let hasher = FileHasher(
      request: try request(), cores: ProcessInfo.processInfo.activeProcessorCount)
    try await Failure.handle(console) {
      var status = ExitStatus.completed
      for file in await hasher.digests(of: files) {
        switch file.result {
        case .success(let checksums):
          console.result(json ? try Self.json(file.path, checksums) : Self.lines(file.path, checksums))
        case .failure(let problem):
          console.note("tranship: cannot hash \(shownSafely(file.path)): \(problem.message)")
          status = .errors
        }
      }
      return status
    }
  }

  private func request() throws -> ChecksumRequest {
    var algorithms: [ChecksumAlgorithm] = []
    for name in algorithm {
      guard let known = ChecksumAlgorithm(rawValue: name) else {
        throw ValidationError(
          "--algorithm \(shownSafely(name)) is not one of "
            + ChecksumAlgorithm.allCases.map(\.rawValue).joined(separator: ", "))
      }
      if !algorithms.contains(known) { algorithms.append(known) }
    }
    let size = try partSize.map { text in
      guard let bytes = byteCount(text), bytes > 0 else {
        throw ValidationError("--part-size \(shownSafely(text)) is not a size such as 8MiB or 8388608")
      }
      return bytes
    }
    if algorithms.isEmpty {
      algorithms = [.md5, .crc64xz, .crc64nvme, .sha256] + (size == nil ? [] : [.multipartETag])
    }
    guard size != nil || !algorithms.contains(.multipartETag) else {
      throw ValidationError("multipart-etag needs the --part-size that the upload had")
    }
    return ChecksumRequest(algorithms: algorithms, partSize: size)
  }

  /// The spelling that the vendor uses where it publishes such a digest.
  private static func spelling(_ checksum: Checksum) -> String {
    switch checksum.algorithm {
    case .crc64xz, .multipartETag: checksum.text
    case .md5, .crc64nvme, .crc32, .crc32c, .sha1, .sha256: checksum.base64
    }
  }

  private static func lines(_ path: String, _ checksums: [Checksum]) -> String {
    checksums.map { checksum in
      let hex = encodeHex(checksum.bytes)
      return "\(checksum.algorithm.rawValue)\t\(hex)\t\(spelling(checksum))\t\(shownSafely(path))"
    }.joined(separator: "\n")
  }

  private static func json(_ path: String, _ checksums: [Checksum]) throws -> String {
    var fields = ["file": path]
    for checksum in checksums { fields[checksum.algorithm.rawValue] = spelling(checksum) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(fields), as: UTF8.self)
  }
}
