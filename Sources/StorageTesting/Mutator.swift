/// Damages bytes as disks, proxies and people do; the same for the same seed.
public struct Mutator: Sendable {
  private var chance: SeededGenerator
  private let words: [[UInt8]]

  /// `words` are put in whole: what a format gives a meaning to.
  public init(seed: UInt64, words: [String] = []) {
    chance = SeededGenerator(seed: seed)
    self.words = words.map { Array($0.utf8) }
  }

  /// One of the samples with one to four changes; it may be unchanged after all.
  public mutating func damaged(_ samples: [[UInt8]]) -> [UInt8] {
    var bytes = samples.randomElement(using: &chance) ?? []
    for _ in 0..<Int.random(in: 1...4, using: &chance) { change(&bytes) }
    return bytes
  }

  private mutating func change(_ bytes: inout [UInt8]) {
    let place = Int.random(in: 0...bytes.count, using: &chance)
    let end = min(bytes.count, place + Int.random(in: 1...24, using: &chance))
    switch Int.random(in: 0..<8, using: &chance) {
    case 0 where place < bytes.count: bytes[place] ^= 1 << UInt8.random(in: 0...7, using: &chance)
    case 1 where place < bytes.count: bytes[place] = UInt8.random(in: 0...255, using: &chance)
    case 2: bytes.removeSubrange(place..<end)
    case 3: bytes.insert(contentsOf: bytes[place..<end], at: Int.random(in: 0...bytes.count, using: &chance))
    case 4: bytes.removeLast(bytes.count - place)
    case 5:
      bytes.insert(
        contentsOf: [0, 0xFF, 0x0D, 0x0A, 0x22].prefix(Int.random(in: 1...5, using: &chance)), at: place)
    case 6:
      bytes.insert(
        contentsOf: String(repeating: "9", count: Int.random(in: 1...40, using: &chance)).utf8, at: place)
    default: bytes.insert(contentsOf: words.randomElement(using: &chance) ?? [], at: place)
    }
  }
}
