public import ObjectStorage

/// Decides how many transfers are on their way at one time, from what became of those before.
///
/// Nothing here waits, measures or locks: it is told what happened and when, and answers what to do. More are tried
/// while more is done for it, doubled at first and in small steps later; fewer, where fewer do as much. A store that
/// throttles halves them, once a burst; a refusal in a hundred, as large stores give at any pace, does not.
public struct Pacer: Sendable {
  public enum Event: Sendable {
    /// Bytes of a body that came.
    case moved(Int64)
    /// A transfer ended; how long it took, how many bytes it was for, and whether all places were taken.
    case ended(after: Duration, bytes: Int64, isFull: Bool)
    /// A store asked for less; how long it asked to wait.
    case throttled(retryAfter: Duration?)
  }

  public enum Action: Hashable, Sendable {
    case width(Int)
    /// Nothing new is started before this time.
    case pause(until: Timestamp)
  }

  private enum Phase {
    /// Twice as many, for as long as that is worth it; what was done by how many before.
    case doubling(from: Trial?)
    /// What is done is watched until the next trial.
    case resting(until: Timestamp, last: PaceWindow.Rate?)
    /// Another width is tried out.
    case trying(from: Trial)
  }

  private struct Trial {
    var width: Int
    var rate: PaceWindow.Rate
  }

  public private(set) var width: Int
  private let bounds: ClosedRange<Int>
  private var phase = Phase.doubling(from: nil)
  private var window = PaceWindow()
  /// Whether the next trial is of more.
  private var triesMore = true
  private var rest = Self.shortestRest
  /// Throttled answers until this time belong to the burst that was answered.
  private var burstEndsAt: Timestamp?
  private var throttledRest = Self.throttledRest
  private var refusals = RefusalShare()

  static let shortestRest: Duration = .seconds(2)
  static let longestRest: Duration = .seconds(60)
  static let throttledRest: Duration = .seconds(5)
  static let longestPause: Duration = .seconds(20)
  private static let worthDoubling = 1.3
  private static let worthMore = 1.1
  private static let asGood = 0.97
  /// By so much the same number does more or less where something has changed at a store or on the way.
  private static let change = 1.5

  public init(startingWith width: Int = 8, within bounds: ClosedRange<Int> = 4...256) {
    self.bounds = max(1, bounds.lowerBound)...max(1, bounds.upperBound)
    self.width = min(max(width, self.bounds.lowerBound), self.bounds.upperBound)
  }

  /// Always as many.
  public init(fixed width: Int) {
    self.init(startingWith: width, within: max(1, width)...max(1, width))
  }

  public var isFixed: Bool { bounds.count == 1 }

  private var isDoubling: Bool {
    if case .doubling = phase { true } else { false }
  }

  public mutating func take(_ event: Event, at now: Timestamp) -> [Action] {
    switch event {
    case .moved(let bytes): window.add(bytes: bytes, at: now)
    case .ended(let duration, let bytes, let isFull):
      window.add(transferOf: bytes, after: duration, isFull: isFull, at: now)
      refusals.add(false)
    case .throttled(let retryAfter): return throttled(retryAfter, now)
    }
    guard !isFixed, let result = window.result(at: now) else { return [] }
    let before = width
    judge(result, now)
    window.restart(at: now, settling: width != before, isQuick: isDoubling)
    return width == before ? [] : [.width(width)]
  }

  private mutating func judge(_ result: PaceWindow.Result, _ now: Timestamp) {
    switch phase {
    case .doubling(let before): judgeDoubling(result, before, now)
    case .trying(let before): judgeTrial(result, before, now)
    case .resting(let until, let last):
      let gain = last.map { result.rate.gain(over: $0, width, width) }
      if let gain, result.isFull, gain > Self.change { return startDoubling(result) }
      if let gain, result.isFull, gain * Self.change < 1 {
        // Each takes longer and no more is done: as soon as that is steady, fewer are tried.
        (triesMore, rest) = (false, Self.shortestRest)
        return phase = .resting(until: now, last: result.rate)
      }
      guard now >= until, result.isFull else {
        return phase = .resting(until: until, last: result.rate)
      }
      startTrial(result, now)
    }
  }

  private mutating func judgeDoubling(_ result: PaceWindow.Result, _ before: Trial?, _ now: Timestamp) {
    let gain = before.map { result.rate.gain(over: $0.rate, width, $0.width) }
    if let before, let gain, gain < Self.worthMore {
      // As much was done by half as many: fewer may do as well.
      triesMore = false
      width = before.width
      return startRest(now)
    }
    guard result.isFull, width < bounds.upperBound, gain ?? .infinity >= Self.worthDoubling else {
      return startRest(now)
    }
    startDoubling(result)
  }

  private mutating func startDoubling(_ result: PaceWindow.Result) {
    phase = .doubling(from: Trial(width: width, rate: result.rate))
    width = min(width * 2, bounds.upperBound)
  }

  private mutating func judgeTrial(_ result: PaceWindow.Result, _ before: Trial, _ now: Timestamp) {
    let gain = result.rate.gain(over: before.rate, width, before.width)
    let isBetter = width > before.width ? gain >= Self.worthMore : gain >= Self.asGood
    if isBetter {
      rest = Self.shortestRest
      return startTrial(result, now)
    }
    width = before.width
    triesMore.toggle()
    rest = min(rest * 2, Self.longestRest)
    startRest(now)
  }

  private mutating func startTrial(_ result: PaceWindow.Result, _ now: Timestamp) {
    let step = max(1, width / 4)
    var next = triesMore ? width + step : width - step
    if !bounds.contains(next) {
      next = min(max(next, bounds.lowerBound), bounds.upperBound)
      triesMore.toggle()
    }
    guard next != width else { return startRest(now) }
    phase = .trying(from: Trial(width: width, rate: result.rate))
    width = next
  }

  private mutating func startRest(_ now: Timestamp) {
    phase = .resting(until: now + rest, last: nil)
  }

  private mutating func throttled(_ retryAfter: Duration?, _ now: Timestamp) -> [Action] {
    refusals.add(true)
    guard refusals.isMuch else { return [] }
    var actions: [Action] = []
    if let retryAfter, retryAfter > .zero {
      actions.append(.pause(until: now + min(retryAfter, Self.longestPause)))
    }
    if let burstEndsAt, now < burstEndsAt { return actions }
    // Stores that go on throttling are left in peace for longer every time.
    let isAgain = burstEndsAt.map { now < $0 + Self.longestRest } ?? false
    throttledRest = isAgain ? min(throttledRest * 2, Self.longestRest) : Self.throttledRest
    burstEndsAt = now + min(max(.seconds(2), window.usualDuration * 2), .seconds(10))
    phase = .resting(until: now + throttledRest, last: nil)
    triesMore = true
    rest = Self.shortestRest
    refusals = RefusalShare()
    let halved = max(bounds.lowerBound, width / 2)
    window.restart(at: now, settling: true, isQuick: false)
    guard halved != width else { return actions }
    width = halved
    return [.width(width)] + actions
  }
}

extension Timestamp {
  static func + (time: Timestamp, duration: Duration) -> Timestamp {
    let (seconds, attoseconds) = duration.components
    return time.advanced(byMilliseconds: seconds * 1000 + attoseconds / 1_000_000_000_000_000)
  }
}
