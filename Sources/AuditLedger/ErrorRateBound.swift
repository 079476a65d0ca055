import Glibc

/// What a sample says of the objects that were not read.
public enum ErrorRateBound {
  /// The largest share of wrong objects that finding this few in the sample leaves likely.
  ///
  /// The exact one-sided bound of Clopper and Pearson: with a larger share, a random sample shows this few in less
  /// than `1 - confidence` of all cases. Nil for an empty sample. Takes milliseconds, for samples of up to 10⁹.
  public static func upper(sampled: Int64, wrong: Int64, confidence: Double = 0.95) -> Double? {
    guard sampled > 0, wrong >= 0, wrong <= sampled else { return nil }
    if wrong == sampled { return 1 }
    if wrong == 0 { return -expm1(log1p(-confidence) / Double(sampled)) }
    let beta = IncompleteBeta(Double(wrong) + 1, Double(sampled - wrong))
    var (low, high) = (Double(wrong) / Double(sampled), 1.0)
    // Fifty halvings reach the last bit of a number near 1, and relative errors of 10⁻⁹ where the share is tiny.
    while high - low > 1e-15 && (high - low) > 1e-9 * high {
      let middle = (low + high) / 2
      if beta.value(at: middle) < confidence { low = middle } else { high = middle }
    }
    return high
  }
}

/// The regularised incomplete beta function, by its continued fraction after Lentz.
///
/// It takes in the order of the square root of the larger parameter steps.
private struct IncompleteBeta {
  let a: Double
  let b: Double
  private let scale: Double
  private let steps: Int

  init(_ a: Double, _ b: Double) {
    self.a = a
    self.b = b
    scale = lgamma(a + b) - lgamma(a) - lgamma(b)
    steps = Int(min(2_000_000, 1000 + 20 * max(a, b).squareRoot()))
  }

  /// How likely more than `a - 1` of `a + b - 1` trials succeed that do so with this probability each.
  func value(at x: Double) -> Double {
    guard x > 0 else { return 0 }
    guard x < 1 else { return 1 }
    let factor = exp(scale + a * log(x) + b * log1p(-x))
    // The fraction comes to its end quickly on one side of the peak, and the function is symmetric.
    if x < (a + 1) / (a + b + 2) { return factor * fraction(a, b, x) / a }
    return 1 - factor * fraction(b, a, 1 - x) / b
  }

  private func fraction(_ a: Double, _ b: Double, _ x: Double) -> Double {
    func away(_ number: Double) -> Double { abs(number) < 1e-300 ? 1e-300 : number }
    var numerator = 1.0
    var denominator = 1 / away(1 - (a + b) * x / (a + 1))
    var result = denominator
    for step in 1...steps {
      let m = Double(step)
      for coefficient in [
        m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
        -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
      ] {
        denominator = 1 / away(1 + coefficient * denominator)
        numerator = away(1 + coefficient / numerator)
        result *= denominator * numerator
      }
      if abs(denominator * numerator - 1) < 1e-15 { break }
    }
    return result
  }
}
