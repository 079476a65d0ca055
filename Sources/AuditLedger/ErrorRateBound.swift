import Glibc

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
