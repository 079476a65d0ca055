/// Bytes that vectors name instead of carrying: `x = (1664525 * x + 1013904223) mod 2^32`, one byte `x >> 24` a step.
public func linearCongruentialBytes(_ count: Int, seed: UInt32) -> [UInt8] {
  var x = seed
  return (0..<count).map { _ in
    x = x &* 1_664_525 &+ 1_013_904_223
    return UInt8(x >> 24)
  }
}
