import ObjectStorage
import Testing

@testable import Transfers

/// A store whose transfers take their time, and longer where more come at once than it can do.
private struct SimulatedStore {
  var latency: Double
  /// Transfers a second, and bytes a second, that it can do.
  var capacity: Double
  var bytesPerSecond = 1e12
  /// Transfers at a time that it refuses to exceed.
  var allows = Int.max
  var bytes: Int64 = 4096
  /// By how much transfers take longer or shorter than that.
  var spread = 0.2
  /// What the first transfer of a place takes beside.
  var connecting = 0.0

  /// What a transfer takes, in seconds, where so many are on their way.
  func duration(_ inFlight: Int, _ chance: Double) -> Double {
    let n = Double(inFlight)
    let work = max(latency, n / capacity, n * Double(bytes) / bytesPerSecond)
    return work * (1 + spread * (2 * chance - 1))
  }
}

/// Runs transfers on a simulated store at the width that a pacer gives.
private struct Simulation {
  var store: SimulatedStore
  var pacer: Pacer
  private(set) var seconds = 0.0
  private(set) var done = 0
  private(set) var widths: [Int] = []
  private(set) var throttled = 0
  /// When those on their way end, the next one last, and what each takes.
  private var ends: [(at: Double, after: Double)] = []
  private var pausedUntil = 0.0
  private var places = 0
  private var state: UInt64

  init(_ store: SimulatedStore, _ pacer: Pacer, seed: UInt64 = 0) {
    (self.store, self.pacer) = (store, pacer)
    state = 88_172_645_463_325_252 &+ seed &* 0x9e37_79b9_7f4a_7c15
  }

  static let epoch = Timestamp(millisecondsSinceEpoch: 1_700_000_000_000)

  private var now: Timestamp { Self.epoch.advanced(byMilliseconds: Int64(seconds * 1000)) }

  private mutating func chance() -> Double {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return Double(state % 10_000) / 10_000
  }

  mutating func run(for span: Double) {
    let end = seconds + span
    while seconds < end {
      while ends.count < pacer.width, seconds >= pausedUntil { start() }
      guard !ends.isEmpty else {
        seconds = max(pausedUntil, seconds + 0.001)
        continue
      }
      let isFull = ends.count * 10 >= pacer.width * 8
      let (end, duration) = ends.removeLast()
      seconds = max(seconds, end)
      done += 1
      apply(pacer.take(.moved(store.bytes), at: now))
      apply(
        pacer.take(
          .ended(after: .microseconds(Int64(duration * 1_000_000)), bytes: store.bytes, isFull: isFull),
          at: now))
    }
  }

  private mutating func start() {
    if ends.count >= store.allows {
      throttled += 1
      apply(pacer.take(.throttled(retryAfter: nil), at: now))
      // Tries again after a while, in its place.
      add(0.4 * chance() + store.duration(ends.count, chance()))
    } else {
      // The first in a place makes its connections first.
      let isFirst = places < pacer.width
      if isFirst { places += 1 }
      add(store.duration(ends.count + 1, chance()) + (isFirst ? store.connecting : 0))
    }
  }

  private mutating func add(_ duration: Double) {
    let end = seconds + duration
    var (low, high) = (0, ends.count)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle].at > end { low = middle + 1 } else { high = middle }
    }
    ends.insert((end, duration), at: low)
  }

  private mutating func apply(_ actions: [Pacer.Action]) {
    for action in actions {
      switch action {
      case .width(let width): widths.append(width)
      case .pause(let until):
        let milliseconds = until.millisecondsSinceEpoch - Self.epoch.millisecondsSinceEpoch
        pausedUntil = Double(milliseconds) / 1000
      }
    }
  }
}

@Suite("how many transfers are on their way")
struct PacerTests {
  private static let epoch = Simulation.epoch
  private static func pacer() -> Pacer { Pacer() }

  @Test(
    "more are tried for as long as more is done",
    arguments: [
      (0.080, 1200.0, 96), (0.160, 1200.0, 192), (0.080, 100_000.0, 256), (0.020, 2000.0, 40),
    ])
  func rampsUp(latency: Double, capacity: Double, needed: Int) {
    var simulation = Simulation(SimulatedStore(latency: latency, capacity: capacity), Self.pacer())
    simulation.run(for: 5)
    #expect(simulation.pacer.width >= needed * 7 / 10, "\(simulation.widths)")
    let before = simulation.done
    simulation.run(for: 60)
    let rate = Double(simulation.done - before) / 60
    #expect(rate >= 0.85 * min(capacity, 256 / latency), "\(rate) \(simulation.widths)")
    #expect(simulation.pacer.width <= max(2 * needed, 16), "\(simulation.widths)")
  }

  @Test(
    "doubled at first, also where all transfers end at once: 8 become 256 in the time of 24 in turn",
    arguments: [0.005, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1], [0, 0.02, 0.2, 0.5])
  func doubling(latency: Double, spread: Double) {
    let store = SimulatedStore(latency: latency, capacity: 1e6, spread: spread)
    var simulation = Simulation(store, Self.pacer())
    simulation.run(for: max(1, 24 * latency))
    #expect(simulation.widths.prefix(5) == [16, 32, 64, 128, 256], "\(simulation.widths)")
  }

  @Test(
    "over a distance some hundred are on their way, whatever falls into the first windows, of any size",
    arguments: [0.02, 0.08, 0.16, 0.3],
    [(0.005, 4096), (0.02, 4096), (0.05, 4096), (0.2, 4096), (0.02, 5 << 20), (0.2, 5 << 20)])
  func distance(latency: Double, _ spread: (Double, Int64)) {
    for seed in UInt64(1)...60 {
      let store = SimulatedStore(
        latency: latency, capacity: 1e6, bytes: spread.1, spread: spread.0, connecting: latency)
      var simulation = Simulation(store, Self.pacer(), seed: seed)
      simulation.run(for: max(2, 30 * latency))
      #expect(simulation.pacer.width >= 128, "seed \(seed): \(simulation.widths)")
    }
  }

  @Test("a store that does no more for more is given few, and loses nothing by it")
  func staysSmall() {
    var simulation = Simulation(SimulatedStore(latency: 0.001, capacity: 1500), Self.pacer())
    simulation.run(for: 60)
    #expect(simulation.widths.max() == 16)
    #expect(simulation.pacer.width <= 12, "\(simulation.widths)")
    #expect(Double(simulation.done) >= 0.9 * 60 * 1500)
  }

  @Test("large transfers are judged by their bytes")
  func largeTransfers() {
    let store = SimulatedStore(latency: 0.5, capacity: 1e9, bytesPerSecond: 200e6, bytes: 32 << 20)
    var simulation = Simulation(store, Self.pacer())
    simulation.run(for: 120)
    #expect(simulation.pacer.width <= 16, "\(simulation.widths)")
    #expect(Double(simulation.done) * Double(store.bytes) >= 0.85 * 120 * 200e6)
  }

  @Test("latency that grows while no more is done makes them fewer")
  func shrinksWithLatency() {
    var simulation = Simulation(SimulatedStore(latency: 0.1, capacity: 1200), Self.pacer())
    simulation.run(for: 20)
    let before = simulation.pacer.width
    // Others came: a tenth of it is left for this run.
    simulation.store.capacity = 120
    simulation.run(for: 120)
    #expect(simulation.pacer.width <= before / 2, "\(before) \(simulation.widths)")
  }

  @Test("a burst of throttled answers halves them once, and the next burst again")
  func burst() {
    var pacer = Pacer(startingWith: 64, within: 4...256)
    var actions: [Pacer.Action] = []
    for millisecond in 0..<200 {
      actions += pacer.take(
        .throttled(retryAfter: nil), at: Self.epoch.advanced(byMilliseconds: Int64(millisecond)))
    }
    #expect(actions == [.width(32)])
    let next = pacer.take(.throttled(retryAfter: nil), at: Self.epoch.advanced(byMilliseconds: 3000))
    #expect(next == [.width(16)])
    for second in 2..<10 {
      _ = pacer.take(
        .throttled(retryAfter: nil), at: Self.epoch.advanced(byMilliseconds: Int64(second) * 3000))
    }
    #expect(pacer.width == 4)
  }

  @Test("a refusal in a hundred changes nothing, one in five halves them")
  func sporadic() {
    for (every, isHalved) in [(100, false), (5, true)] {
      var pacer = Pacer(startingWith: 64, within: 4...256)
      var widths: [Int] = []
      for millisecond in 1...1000 {
        let now = Self.epoch.advanced(byMilliseconds: Int64(millisecond))
        let event: Pacer.Event =
          millisecond % every == 0
          ? .throttled(retryAfter: .seconds(1)) : .ended(after: .milliseconds(50), bytes: 4096, isFull: false)
        for action in pacer.take(event, at: now) {
          if case .width(let width) = action { widths.append(width) } else { #expect(isHalved) }
        }
      }
      #expect(widths == (isHalved ? [32] : []), "\(every)")
    }
  }

  @Test("a store that asks to wait is waited for, up to 20 seconds, also with a fixed number")
  func pauses() {
    var pacer = Pacer(fixed: 8)
    let short = pacer.take(.throttled(retryAfter: .seconds(3)), at: Self.epoch)
    #expect(short == [.pause(until: Self.epoch.advanced(byMilliseconds: 3000))])
    let long = pacer.take(.throttled(retryAfter: .seconds(900)), at: Self.epoch)
    #expect(long == [.pause(until: Self.epoch.advanced(byMilliseconds: 20_000))])
    let none = pacer.take(.throttled(retryAfter: .zero), at: Self.epoch)
    #expect(none.isEmpty)
    #expect(pacer.width == 8)
  }

  @Test("after a store was asked too much, as many as it takes are found again")
  func recovers() {
    var simulation = Simulation(SimulatedStore(latency: 0.1, capacity: 5000), Self.pacer())
    simulation.run(for: 5)
    simulation.store.allows = 40
    simulation.run(for: 60)
    let throttled = simulation.throttled
    #expect(simulation.pacer.width < 80, "\(simulation.widths)")
    simulation.store.allows = .max
    simulation.run(for: 90)
    #expect(simulation.throttled == throttled)
    #expect(simulation.pacer.width >= 200, "\(simulation.widths)")
  }

  @Test("a fixed number stays, whatever happens")
  func fixed() {
    var simulation = Simulation(
      SimulatedStore(latency: 0.1, capacity: 1e6, allows: 3), Pacer(fixed: 7))
    simulation.run(for: 20)
    #expect(simulation.widths.isEmpty && simulation.pacer.width == 7)
  }

  @Test("places that nobody wants are no reason for more")
  func notFull() {
    var pacer = Self.pacer()
    for millisecond in 0..<20_000 {
      let actions = pacer.take(
        .ended(after: .milliseconds(50), bytes: 4096, isFull: false),
        at: Self.epoch.advanced(byMilliseconds: Int64(millisecond)))
      #expect(actions == [])
    }
    #expect(pacer.width == 8)
  }
}
