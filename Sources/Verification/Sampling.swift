public import AuditLedger
import Checksums
public import ObjectStorage

/// Which part of the objects is read: `n/t`, `p%`, or a number of bytes.
public enum SampleSize: Hashable, Sendable {
  /// The n-th of t equal parts, from 1.
  case part(Int64, of: Int64)
  /// Above 0 and up to 1.
  case share(Double)
  case bytes(Int64)

  /// The window that the sample takes; shares and sizes go on where the last one ended.
  public func window(text: String, after last: SampleWindow?, totalBytes: Int64) -> SampleWindow {
    let places = SampleWindow.places
    switch self {
    case .part(let number, let count):
      return SampleWindow(
        text: text, from: places / count * (number - 1),
        to: number == count ? places : places / count * number)
    case .share(let share):
      return rolling(share, text, last)
    case .bytes(let bytes):
      return rolling(totalBytes <= bytes ? 1 : Double(bytes) / Double(totalBytes), text, last)
    }
  }

  private func rolling(_ share: Double, _ text: String, _ last: SampleWindow?) -> SampleWindow {
    let places = SampleWindow.places
    let width = min(places, max(1, Int64((share * Double(places)).rounded())))
    let from = (last?.to ?? 0) % places
    return SampleWindow(text: text, from: from, to: width == places ? from : (from + width) % places)
  }
}

extension SampleWindow {
  /// Whether a key's place, the first 32 bits of its SHA-256, lies in the window.
  public func contains(_ key: ObjectKey) -> Bool {
    contains(Int64(Checksum.of(key.bytes, .sha256).value >> 32))
  }
}

extension SampleSize {
  /// Reads `2/10`, `5%`, `0.5%`, or a number of bytes with or without a unit (`20GiB`, `500MB`).
  public init?(_ text: String) {
    if text.hasSuffix("%") {
      guard let share = Double(text.dropLast()), share > 0, share <= 100 else { return nil }
      self = .share(share / 100)
      return
    }
    let pieces = text.split(separator: "/", omittingEmptySubsequences: false)
    if pieces.count == 2 {
      guard let number = Int64(pieces[0]), let count = Int64(pieces[1]), number >= 1, number <= count,
        count <= SampleWindow.places
      else { return nil }
      self = .part(number, of: count)
      return
    }
    guard let bytes = byteCount(text), bytes > 0 else { return nil }
    self = .bytes(bytes)
  }
}
