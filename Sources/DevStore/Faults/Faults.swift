import Synchronization

/// The plan of a running server, with what was asked and what fired.
final class Faults: Sendable {
  private struct State {
    var plan: FaultPlan?
    var ordinals: [FaultAsk: Int] = [:]
    var hits: [String: Int] = [:]
  }

  private let state: Mutex<State>

  init(_ plan: FaultPlan?) {
    state = Mutex(State(plan: plan))
  }

  /// Another plan, or none; counts begin anew.
  func follow(_ plan: FaultPlan?) { state.withLock { $0 = State(plan: plan) } }

  /// How often each rule of the plan fired.
  var hits: [String: Int] {
    state.withLock { state in
      (state.plan?.rules ?? []).reduce(into: [:]) { $0[$1.id] = state.hits[$1.id] ?? 0 }
    }
  }

  /// What goes wrong with a request, which is counted.
  func hit(_ request: ServerRequest) -> FaultHit? {
    state.withLock { state in
      guard let plan = state.plan else { return nil }
      var ask = request.ask
      state.ordinals[ask, default: 0] += 1
      ask.ordinal = state.ordinals[ask] ?? 1
      guard let rule = plan.rule(for: ask) else { return nil }
      state.hits[rule.id, default: 0] += 1
      return FaultHit(rule: rule.id, action: rule.action, chance: plan.draw(rule, ask))
    }
  }
}

/// A rule that fired on a request.
struct FaultHit: Sendable {
  var rule: String
  var action: FaultAction
  /// Bits of this request's own.
  var chance: UInt64
}
