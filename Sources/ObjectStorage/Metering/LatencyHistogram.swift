/// How long requests took, in steps of an eighth: constant memory for any number of them.
public struct LatencyHistogram: Hashable, Sendable {
  /// Requests by the step that they fall into.
  public private(set) var steps: [Int: Int64] = [:]

  public init() {}

  /// Longer spans than two hours count as two hours, negative ones as none.
  public mutating func add(microseconds: Int64) {
    add(1, inStep: Self.step(of: microseconds))
  }

  /// Adds requests that were counted elsewhere.
  public mutating func add(_ requests: Int64, inStep step: Int) {
    steps[step] = (steps[step] ?? 0).addingSaturated(requests)
  }

  /// The same for requests of which the end of their step is known.
  public mutating func add(_ requests: Int64, upToMicroseconds end: Int64) {
    add(requests, inStep: Self.step(of: end))
  }

  public mutating func add(_ other: LatencyHistogram) {
    for (step, requests) in other.steps { add(requests, inStep: step) }
  }

  public var requests: Int64 { steps.values.reduce(0) { $0.addingSaturated($1) } }

  /// The time that so many thousandths of the requests did not exceed, in microseconds; nil without requests.
  ///
  /// The end of the step that holds the request, so up to an eighth above its time.
  public func microseconds(atPermille permille: Int64) -> Int64? {
    let all = requests
    guard all > 0 else { return nil }
    // The smallest rank that has the share below or at it.
    let wide = all.multipliedFullWidth(by: min(1000, max(0, permille)))
    let (quotient, rest) = Int64(1000).dividingFullWidth(wide)
    let rank = max(1, quotient + (rest > 0 ? 1 : 0))
    var passed: Int64 = 0
    for step in steps.keys.sorted() {
      passed = passed.addingSaturated(steps[step] ?? 0)
      if passed >= rank { return Self.end(of: step) }
    }
    return nil
  }

  private static let longest: Int64 = 7_200_000_000

  /// Single microseconds up to sixteen, then eight steps for every doubling.
  static func step(of microseconds: Int64) -> Int {
    let value = min(longest, max(0, microseconds))
    guard value >= 16 else { return Int(value) }
    let exponent = 63 - value.leadingZeroBitCount
    return 16 + (exponent - 4) * 8 + Int(value >> Int64(exponent - 3)) - 8
  }

  /// The last microsecond of a step; steps that no request can fall into end with the last one that can.
  public static func end(of step: Int) -> Int64 {
    guard step >= 16 else { return Int64(max(0, step)) }
    let step = min(step, self.step(of: longest))
    let (doublings, eighths) = (step - 16).quotientAndRemainder(dividingBy: 8)
    return (Int64(eighths + 9) << Int64(doublings + 1)) - 1
  }
}
