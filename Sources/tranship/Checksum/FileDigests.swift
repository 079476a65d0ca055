import Checksums
import Glibc
import ObjectStorage

/// The digests of one file, or why it has none.
struct FileDigests: Sendable {
  var path: String
  var result: Result<[Checksum], FileProblem>
}

/// Hashes files on every core, several spans at a time on each.
struct FileHasher: Sendable {
  let request: ChecksumRequest
  let cores: Int

  /// The size of a span where no part size asks for another.
  private static let span: Int64 = 32 << 20

  /// The digests in the order of the files; a file that fails does not keep the others from being read.
  func digests(of paths: [String]) async -> [FileDigests] {
    let queue = SpanQueue()
    for (number, path) in paths.enumerated() {
      do { queue.add(try spans(of: path, number: number)) } catch { queue.add(error) }
    }
    await withTaskGroup(of: Void.self) { group in
      for _ in 0..<max(1, cores) { group.addTask { SpanWorker(queue: queue, request: request).run() } }
    }
    let problems = queue.problems
    return paths.enumerated().map { number, path in
      if let message = problems[number] {
        return FileDigests(path: path, result: .failure(FileProblem(file: number, message: message)))
      }
      return FileDigests(path: path, result: .success(joined(queue.digests(of: number))))
    }
  }

  private func spans(of path: String, number: Int) throws(FileProblem) -> [FileSpan] {
    let whole = FileSpan(file: number, path: path, offset: 0, length: nil)
    var status = stat()
    // Where it cannot be looked at, opening it says why.
    guard path != "-", stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return [whole] }
    let size = Int64(status.st_size)
    if let partSize = request.hashedPartSize, size > 0,
      PartBoundaries(objectSize: size, partSize: partSize) == nil
    {
      throw FileProblem(file: number, size: size, partSize: partSize)
    }
    guard request.canBeJoined, size > 0 else {
      return [FileSpan(file: number, path: path, offset: 0, length: size, state: FileState(status))]
    }
    let length = request.hashedPartSize ?? Self.span
    return stride(from: 0, to: size, by: Int64.Stride(length)).map {
      FileSpan(
        file: number, path: path, offset: $0, length: min(length, size - $0), state: FileState(status))
    }
  }

  private func joined(_ spans: [SpanDigests]) -> [Checksum] {
    request.algorithms.compactMap { algorithm in
      if algorithm == .multipartETag { return Checksum.multipartETag(ofPartMD5s: spans.flatMap(\.partMD5s)) }
      var whole: Checksum?
      for span in spans {
        guard let next = span.checksums.first(where: { $0.algorithm == algorithm }) else { return nil }
        guard let before = whole else {
          whole = next
          continue
        }
        guard let sum = before.combined(with: next, secondLength: span.length) else { return nil }
        whole = sum
      }
      return whole
    }
  }
}
