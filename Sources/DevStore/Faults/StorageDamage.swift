/// What a store does to the bytes that it keeps.
struct StorageDamage {
  private let action: FaultAction?
  private let limit: Int64
  private let bit: UInt64
  private var passed: Int64 = 0

  init(_ hit: FaultHit?, length: Int64) {
    action = hit?.action
    limit = if case .storeShort(let point) = hit?.action { point.within(length) } else { Int64.max }
    let asked: UInt64? = if case .storeFlip(let bit) = hit?.action { bit } else { nil }
    bit = (asked ?? hit?.chance ?? 0) % max(1, UInt64(max(0, length)) &* 8)
  }

  /// Whether anything is damaged.
  var isSome: Bool {
    switch action {
    case .storeShort, .storeFlip: true
    default: false
    }
  }

  /// Hands on what is kept of the bytes that came.
  mutating func pass(
    _ bytes: UnsafeRawBufferPointer, _ keep: (UnsafeRawBufferPointer) throws -> Void
  ) throws {
    guard isSome else { return try keep(bytes) }
    var kept = Array(bytes.prefix(Int(min(Int64(bytes.count), max(0, limit - passed)))))
    let place = Int64(bit / 8) - passed
    if case .storeFlip = action, place >= 0, place < Int64(kept.count) { kept[Int(place)] ^= 1 << (bit % 8) }
    passed += Int64(bytes.count)
    try kept.withUnsafeBytes { if !$0.isEmpty { try keep($0) } }
  }
}
