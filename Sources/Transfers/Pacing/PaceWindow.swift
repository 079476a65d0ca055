import ObjectStorage

/// Measures what is done in a span of time: long enough that it holds a few rounds of transfers, begun only when
/// those of another width have ended.
struct PaceWindow: Sendable {
  struct Result: Sendable {
    var rate: Rate
    /// Whether the places were what held the transfers up.
    var isFull: Bool
  }

  /// How much was done.
  struct Rate: Sendable {
    /// Bytes a second, where every transfer counts as some more.
    var byTime: Double
    /// The same of one place while it was taken; nil where too few transfers ended, or they take too long.
    ///
    /// Transfers that began together end together: in a window of two or three rounds there is one round more or less
    /// by chance, so what is done in its time is only known to a factor of two. What one takes is known.
    var byPlace: Double?

    /// By how much more was done than before, with so many places each.
    func gain(over before: Rate, _ width: Int, _ widthBefore: Int) -> Double {
      if let byPlace, let placeBefore = before.byPlace, placeBefore > 0 {
        return byPlace * Double(width) / (placeBefore * Double(max(1, widthBefore)))
      }
      return byTime / max(before.byTime, 1)
    }
  }

  /// What a transfer takes beside its bytes: with 4 KiB objects it is their number that counts, with large ones it
  /// is their bytes.
  private static let bytesATransfer = 256.0 * 1024
  private static let quick: Duration = .milliseconds(100)
  /// Small steps are told from chance by longer windows.
  private static let steady: Duration = .seconds(1)
  private static let longest: Duration = .seconds(10)

  /// Nil until something happens: what came before the first transfer is no measure.
  private var beginsAt: Timestamp?
  private var shortest = Self.quick
  private var moved: Int64 = 0
  private var ended: Int64 = 0
  private var full: Int64 = 0
  /// What those that ended took, and were for, together.
  private var spent: Duration = .zero
  private var carried: Int64 = 0
  /// How long a transfer takes, later ones counting more.
  private(set) var usualDuration: Duration = .zero

  mutating func add(bytes: Int64, at now: Timestamp) {
    if hasBegun(at: now) { moved += bytes }
  }

  mutating func add(transferOf bytes: Int64, after duration: Duration, isFull: Bool, at now: Timestamp) {
    usualDuration = usualDuration == .zero ? duration : usualDuration * 0.9 + duration * 0.1
    guard hasBegun(at: now) else { return }
    ended += 1
    spent += duration
    carried += bytes
    if isFull { full += 1 }
  }

  /// What was done; nil while the window is too short to tell.
  func result(at now: Timestamp) -> Result? {
    guard let beginsAt else { return nil }
    let milliseconds = now.millisecondsSinceEpoch - beginsAt.millisecondsSinceEpoch
    guard Duration.milliseconds(milliseconds) >= length, ended >= 4 || moved >= 64 << 20 else { return nil }
    let transfers = Double(ended) * Self.bytesATransfer
    let isByPlace = ended >= 4 && spent > .zero && usualDuration * 1.5 < Self.longest
    return Result(
      rate: Rate(
        byTime: (Double(moved) + transfers) * 1000 / Double(milliseconds),
        byPlace: isByPlace ? (Double(carried) + transfers) / (spent / .seconds(1)) : nil),
      isFull: ended == 0 || full * 5 >= ended * 4)
  }

  /// Begins again; where the width is another, once the transfers of the old one have ended.
  mutating func restart(at now: Timestamp, settling: Bool, isQuick: Bool) {
    shortest = isQuick ? Self.quick : Self.steady
    beginsAt = settling ? now + min(usualDuration, Self.longest / 2) : now
    (moved, ended, full, spent, carried) = (0, 0, 0, .zero, 0)
  }

  private mutating func hasBegun(at now: Timestamp) -> Bool {
    if let beginsAt { return now >= beginsAt }
    beginsAt = now
    return true
  }

  private var length: Duration { min(max(shortest, usualDuration * 1.5), Self.longest) }
}

/// How many of the last answers asked for less, later ones counting more.
struct RefusalShare: Sendable {
  private static let answers = 64
  /// Five or six of the last answers.
  private static let much = 0.08

  private var share = 0.0
  private var count = 0

  var isMuch: Bool { share >= Self.much }

  mutating func add(_ isRefusal: Bool) {
    count = min(count + 1, Self.answers)
    share += ((isRefusal ? 1 : 0) - share) / Double(count)
  }
}
