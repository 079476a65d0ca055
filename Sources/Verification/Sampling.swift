public import AuditLedger
import Checksums
import Glibc
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

/// What a sample says of the objects that were not read.
public enum ErrorRateBound {
  /// The largest share of wrong objects that finding this few in the sample leaves likely.
  ///
  /// The exact one-sided bound of Clopper and Pearson: with a larger share, a random sample shows this few in less
  /// than `1 - confidence` of all cases. Nil for an empty sample.
  public static func upper(sampled: Int64, wrong: Int64, confidence: Double = 0.95) -> Double? {
    guard sampled > 0, wrong >= 0, wrong <= sampled else { return nil }
    if wrong == sampled { return 1 }
    if wrong == 0 { return 1 - pow(1 - confidence, 1 / Double(sampled)) }
    var (low, high) = (0.0, 1.0)
    for _ in 0..<100 {
      let middle = (low + high) / 2
      if likelihood(ofAtMost: wrong, sampled, middle) > 1 - confidence { low = middle } else { high = middle }
    }
    return high
  }

  private static func likelihood(ofAtMost wrong: Int64, _ sampled: Int64, _ rate: Double) -> Double {
    var sum = 0.0
    for count in 0...wrong {
      let choose =
        lgamma(Double(sampled) + 1) - lgamma(Double(count) + 1) - lgamma(Double(sampled - count) + 1)
      sum += exp(choose + Double(count) * log(rate) + Double(sampled - count) * log1p(-rate))
    }
    return sum
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
