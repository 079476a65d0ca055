extension GlobPattern {
  /// Whether the pattern matches the whole of a key.
  public func matches(_ key: ObjectKey) -> Bool { matches(GlobUnits.of(key.bytes[...])) }

  /// Follows every way through the program at once: the time is the pattern's length times the key's at most,
  /// whatever both are.
  func matches(_ units: [UInt32]) -> Bool {
    var ways = Ways(program)
    ways.start(at: 0)
    for unit in units {
      guard ways.advance(over: unit) else { return false }
    }
    return ways.areAtEnd
  }
}

/// The places of a program that the key so far leads to, each once.
private struct Ways {
  private let program: [GlobPattern.Step]
  private var places: [Int] = []
  private var before: [Int] = []
  private var open: [Int] = []
  /// The round in which a place was reached last.
  private var reached: [Int]
  private var round = 1
  private(set) var areAtEnd = false

  init(_ program: [GlobPattern.Step]) {
    self.program = program
    reached = Array(repeating: 0, count: program.count)
  }

  mutating func start(at place: Int) {
    open.append(place)
    while let place = open.popLast() {
      guard reached[place] != round else { continue }
      reached[place] = round
      switch program[place] {
      case .either(let one, let other):
        open.append(other)
        open.append(one)
      case .jump(let target): open.append(target)
      case .matched: areAtEnd = true
      case .unit, .set, .anyInSegment, .any: places.append(place)
      }
    }
  }

  /// False where no way goes on.
  mutating func advance(over unit: UInt32) -> Bool {
    round += 1
    areAtEnd = false
    swap(&places, &before)
    places.removeAll(keepingCapacity: true)
    for place in before where takes(program[place], unit) { start(at: place + 1) }
    return !places.isEmpty || areAtEnd
  }

  private func takes(_ step: GlobPattern.Step, _ unit: UInt32) -> Bool {
    switch step {
    case .unit(let wanted): unit == wanted
    case .set(let set): set.contains(unit)
    case .anyInSegment: unit != GlobUnits.slash
    case .any: true
    case .either, .jump, .matched: false
    }
  }
}
