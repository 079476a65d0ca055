import Checksums
import Glibc
import ObjectStorage

/// Reads an `EvidenceText` in one pass.
struct EvidenceReader {
  private let text: UnsafeRawBufferPointer
  private var place = 0
  /// The generations so far, and where they stand: most digests of an object speak of the same.
  private var generations: [(span: Range<Int>, generation: Generation)] = []

  init(_ text: UnsafeRawBufferPointer) { self.text = text }

  mutating func read() -> [Evidence]? {
    guard take("[") else { return nil }
    var evidence: [Evidence] = []
    if take("]") { return place == text.count ? evidence : nil }
    evidence.reserveCapacity(4)
    repeat {
      guard let digest = digest() else { return nil }
      evidence.append(digest)
    } while take(",")
    guard take("]"), place == text.count else { return nil }
    return evidence
  }

  private mutating func digest() -> Evidence? {
    guard take("["), let side = word(Side.self), take(","), let origin = word(Origin.self), take(","),
      let algorithm = word(ChecksumAlgorithm.self), take(","), let bytes = hexadecimal(), take(",")
    else { return nil }
    var parts: Int?
    if !takeNull() {
      guard let count = number().flatMap({ Int(exactly: $0) }) else { return nil }
      parts = count
    }
    guard let checksum = Checksum(algorithm, bytes: bytes, partCount: parts), take(","),
      let observedAt = number(), take(","), let generation = generation(), take("]")
    else { return nil }
    return Evidence(
      side: side, origin: origin, checksum: checksum, generation: generation,
      observedAt: Timestamp(millisecondsSinceEpoch: observedAt))
  }

  private mutating func generation() -> Generation? {
    if let known = knownGeneration() { return known }
    let start = place
    guard let eTag = optionalString(), take(","), let version = optionalString(), take(","),
      let size = number(),
      take(",")
    else { return nil }
    var changedAt: Timestamp?
    if !takeNull() {
      guard let time = number() else { return nil }
      changedAt = Timestamp(millisecondsSinceEpoch: time)
    }
    let generation = Generation(
      eTag: eTag.map { ETag($0) }, versionID: version, size: size, lastModifiedAt: changedAt)
    generations.append((start..<place, generation))
    return generation
  }

  private mutating func knownGeneration() -> Generation? {
    guard let first = text.baseAddress else { return nil }
    for (span, generation) in generations {
      let end = place + span.count
      // With the bracket behind it: the same bytes could be the beginning of a longer number.
      if end < text.count, text[end] == UInt8(ascii: "]"),
        memcmp(first + place, first + span.lowerBound, span.count) == 0
      {
        place = end
        return generation
      }
    }
    return nil
  }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    guard place < text.count, text[place] == UInt8(ascii: byte) else { return false }
    place += 1
    return true
  }

  private mutating func takeNull() -> Bool {
    guard text.count - place >= 4, text[place] == UInt8(ascii: "n"), text[place + 1] == UInt8(ascii: "u"),
      text[place + 2] == UInt8(ascii: "l"), text[place + 3] == UInt8(ascii: "l")
    else { return false }
    place += 4
    return true
  }

  private mutating func number() -> Int64? {
    let isNegative = take("-")
    let first = place
    var value: Int64 = 0
    while place < text.count, (48...57).contains(text[place]) {
      let digit = Int64(text[place] - 48)
      let (tenfold, isTooLarge) = value.multipliedReportingOverflow(by: 10)
      let (sum, isTooLargeSum) =
        isNegative ? tenfold.subtractingReportingOverflow(digit) : tenfold.addingReportingOverflow(digit)
      guard !isTooLarge, !isTooLargeSum else { return nil }
      value = sum
      place += 1
    }
    return place > first ? value : nil
  }

  /// The bytes of a string without escapes.
  private mutating func plainString() -> UnsafeRawBufferPointer? {
    guard take("\"") else { return nil }
    let start = place
    while place < text.count, !EvidenceText.isEscaped(text[place]) { place += 1 }
    let bytes = UnsafeRawBufferPointer(rebasing: text[start..<place])
    return take("\"") ? bytes : nil
  }

  private mutating func word<Word: LedgerWord>(_ type: Word.Type) -> Word? {
    plainString().flatMap { Word.spellings.word($0) }
  }

  private mutating func hexadecimal() -> [UInt8]? {
    guard let digits = plainString() else { return nil }
    return decodeHex(digits.bindMemory(to: UInt8.self))
  }

  /// A string, or nil for null; nil of the outer kind where there is neither.
  private mutating func optionalString() -> String?? {
    if takeNull() { return .some(nil) }
    let first = place
    if let bytes = plainString() { return .some(String(decoding: bytes, as: UTF8.self)) }
    place = first
    return escapedString().map { .some($0) }
  }

  private mutating func escapedString() -> String? {
    guard take("\"") else { return nil }
    var bytes: [UInt8] = []
    while place < text.count {
      let byte = text[place]
      place += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: bytes, as: UTF8.self)
      case UInt8(ascii: "\\"):
        guard let scalar = escaped() else { return nil }
        bytes += Array(String(Character(scalar)).utf8)
      case 0..<0x20: return nil
      default: bytes.append(byte)
      }
    }
    return nil
  }

  /// What stands behind a backslash; of the hexadecimal kind only what both writers give, one unit.
  private mutating func escaped() -> Unicode.Scalar? {
    guard place < text.count else { return nil }
    let letter = text[place]
    place += 1
    switch letter {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(letter)
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{c}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      guard text.count - place >= 4 else { return nil }
      let digits = UnsafeRawBufferPointer(rebasing: text[place..<place + 4])
      guard let value = decodeHex(digits.bindMemory(to: UInt8.self)) else { return nil }
      place += 4
      return Unicode.Scalar(UInt16(value[0]) << 8 | UInt16(value[1]))
    default: return nil
    }
  }
}
