import Foundation

/// How many times shorter than in earnest this process waits; more than 1 in tests alone, those of `tranship selftest` among them.
enum Haste {
  static let divisor: Int = {
    guard let text = ProcessInfo.processInfo.environment["TRANSHIP_TEST_HASTE"], let number = Int(text) else {
      return 1
    }
    return min(max(1, number), 1000)
  }()
}
