import Checksums
import ObjectStorage

/// The evidence of one key as the ledger keeps it: JSON, an array of one array a digest.
///
/// | place | what |
/// | --- | --- |
/// | 0, 1, 2 | side, origin, algorithm |
/// | 3 | the digest, hexadecimal |
/// | 4 | part count, or null |
/// | 5 | when it was seen, milliseconds since 1970 |
/// | 6, 7, 8, 9 | the generation that it speaks of: ETag, version, size, last change; null where not known |
enum EvidenceText {
  static func write(_ evidence: [Evidence], to text: inout TextWriter) {
    text.add(UInt8(ascii: "["))
    var last: (index: Int, span: Range<Int>)?
    // By their places: a copy of each would count references.
    for index in evidence.indices {
      if index > 0 { text.add(UInt8(ascii: ",")) }
      write(evidence[index], to: &text)
      // Most digests of an object speak of the same.
      if let last, evidence[last.index].generation == evidence[index].generation {
        text.add(again: last.span)
      } else {
        let start = text.count
        write(evidence[index].generation, to: &text)
        last = (index, start..<text.count)
      }
      text.add(UInt8(ascii: "]"))
    }
    text.add(UInt8(ascii: "]"))
  }

  /// All but the generation.
  private static func write(_ digest: Evidence, to text: inout TextWriter) {
    text.add(literal: "[\"")
    text.add(literal: digest.side.literal)
    text.add(literal: "\",\"")
    text.add(literal: digest.origin.literal)
    text.add(literal: "\",\"")
    text.add(literal: digest.checksum.algorithm.literal)
    text.add(literal: "\",\"")
    text.add(hexOf: digest.checksum.bytes)
    text.add(literal: "\",")
    add(digest.checksum.partCount.map { Int64($0) }, to: &text)
    text.add(UInt8(ascii: ","))
    text.add(number: digest.observedAt.millisecondsSinceEpoch)
    text.add(UInt8(ascii: ","))
  }

  private static func write(_ generation: Generation, to text: inout TextWriter) {
    add(generation.eTag?.text, to: &text)
    text.add(UInt8(ascii: ","))
    add(generation.versionID, to: &text)
    text.add(UInt8(ascii: ","))
    text.add(number: generation.size)
    text.add(UInt8(ascii: ","))
    add(generation.lastModifiedAt?.millisecondsSinceEpoch, to: &text)
  }

  private static func add(_ number: Int64?, to text: inout TextWriter) {
    if let number { text.add(number: number) } else { text.add(literal: "null") }
  }

  private static func add(_ string: String?, to text: inout TextWriter) {
    guard let string else { return text.add(literal: "null") }
    text.add(UInt8(ascii: "\""))
    withBytes(of: string) { bytes in
      if isPlain(UnsafeRawBufferPointer(bytes)) {
        text.add(bytes)
      } else {
        for byte in bytes { addEscaped(byte, to: &text) }
      }
    }
    text.add(UInt8(ascii: "\""))
  }

  /// Whether a string needs no escapes.
  static func isPlain(_ bytes: UnsafeRawBufferPointer) -> Bool {
    for byte in bytes where isEscaped(byte) { return false }
    return true
  }

  static func isEscaped(_ byte: UInt8) -> Bool {
    byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
  }

  private static func addEscaped(_ byte: UInt8, to text: inout TextWriter) {
    if byte < 0x20 {
      text.add(literal: "\\u00")
      text.add(hexOf: [byte])
    } else {
      if isEscaped(byte) { text.add(UInt8(ascii: "\\")) }
      text.add(byte)
    }
  }

  /// Nil where the text is not what `write` gives, or SQLite's `json_array` of the same.
  static func read(_ text: UnsafeRawBufferPointer) -> [Evidence]? {
    var reader = EvidenceReader(text)
    return reader.read()
  }
}

/// The words as texts that stand in the program: an evidence text has three of them a digest.
extension Side {
  fileprivate var literal: StaticString {
    switch self {
    case .source: "source"
    case .destination: "destination"
    }
  }
}

extension Origin {
  fileprivate var literal: StaticString {
    switch self {
    case .listed: "listed"
    case .reported: "reported"
    case .streamed: "streamed"
    case .readBack: "read-back"
    case .imported: "imported"
    }
  }
}

extension ChecksumAlgorithm {
  fileprivate var literal: StaticString {
    switch self {
    case .md5: "md5"
    case .crc64xz: "crc64xz"
    case .crc64nvme: "crc64nvme"
    case .crc32: "crc32"
    case .crc32c: "crc32c"
    case .sha1: "sha1"
    case .sha256: "sha256"
    case .multipartETag: "multipart-etag"
    }
  }
}
