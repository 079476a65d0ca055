import Checksums
import ObjectStorage
import SavedReports

/// A file of a saved listing, piece by piece, inflated where it is gzip, whatever its name.
struct SavedFile: ~Copyable {
  private static let headBytes = 64 << 10

  private(set) var stored: StoredBytes
  private var inflater: GzipInflater?
  /// Stored bytes that are not inflated yet, from the place on.
  private var held: [UInt8] = []
  private var place = 0
  /// Bytes that were looked at before they were asked for.
  private var ahead: [UInt8] = []

  /// Opens a file; with an algorithm its stored bytes are hashed.
  init(_ path: String, hashing algorithm: ChecksumAlgorithm? = nil) throws(StorageError) {
    var stored = try StoredBytes(path, hashing: algorithm)
    var head: [UInt8] = []
    // A pipe may give a single byte.
    while !stored.isAtEnd && head.count < 2 { head += try stored.next() }
    self.init(stored, head: head, inflater: try Self.inflater(head, path))
  }

  private init(_ stored: consuming StoredBytes, head: [UInt8], inflater: consuming GzipInflater?) {
    self.stored = stored
    if inflater == nil { ahead = head } else { held = head }
    self.inflater = inflater
  }

  /// Nil where the file is no gzip.
  private static func inflater(_ head: [UInt8], _ path: String) throws(StorageError) -> GzipInflater? {
    guard GzipInflater.recognises(head) else { return nil }
    do throws(ReportProblem) { return try GzipInflater() } catch { throw refused(path, error.cause) }
  }

  /// The beginning, as far as it is needed to tell what the file is; `next` gives it again.
  mutating func head() throws(StorageError) -> ArraySlice<UInt8> {
    while ahead.count < Self.headBytes {
      let bytes = try piece()
      if bytes.isEmpty { break }
      ahead += bytes
    }
    return ahead[...]
  }

  /// The next piece; empty at the end.
  ///
  /// Throws `malformed-answer` where gzip is damaged or cut.
  mutating func next() throws(StorageError) -> [UInt8] {
    guard !ahead.isEmpty else { return try piece() }
    defer { ahead = [] }
    return ahead
  }

  /// The digest of the stored bytes, once all of them were read.
  mutating func digest() -> Checksum? { stored.digest() }

  private mutating func piece() throws(StorageError) -> [UInt8] {
    guard inflater != nil else { return try stored.next() }
    while true {
      let made = try checked { (file) throws(ReportProblem) in try file.inflated() }
      if !made.isEmpty { return made }
      guard place == held.count else { continue }
      (held, place) = (try stored.next(), 0)
      if held.isEmpty {
        try checked { (file) throws(ReportProblem) in try file.inflater?.finish() }
        return []
      }
    }
  }

  private mutating func checked<Value>(
    _ action: (inout SavedFile) throws(ReportProblem) -> Value
  ) throws(StorageError) -> Value {
    do { return try action(&self) } catch { throw Self.refused(stored.path, error.cause) }
  }

  /// What the held bytes give; empty where they give nothing more.
  private mutating func inflated() throws(ReportProblem) -> [UInt8] {
    var step: Result<(taken: Int, made: Int), ReportProblem> = .success((0, 0))
    let made = [UInt8](unsafeUninitializedCapacity: StoredBytes.pieceBytes) { buffer, count in
      held.withUnsafeBytes { bytes in
        let rest = UnsafeRawBufferPointer(rebasing: bytes[place...])
        do throws(ReportProblem) {
          step = .success(
            try inflater?.inflate(rest, into: UnsafeMutableRawBufferPointer(buffer)) ?? (0, 0))
        } catch {
          step = .failure(error)
        }
      }
      if case .success(let moved) = step { count = moved.made }
    }
    place += try step.get().taken
    return made
  }

  /// The error of a file that cannot be believed.
  static func refused(_ path: String, _ cause: String) -> StorageError {
    StorageError(.malformedAnswer, "\(shownSafely(path)): \(cause); nothing of the listing was stored")
  }
}
