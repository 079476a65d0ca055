import Checksums

/// Which answers of a server go wrong, and how.
///
/// Whether a rule fires is a function of the seed, the rule, the operation, the bucket, the key, the place in it and
/// how often exactly that was asked before: never of the order in which different requests arrive.
public struct FaultPlan: Hashable, Sendable {
  /// What rates and positions that no rule names are drawn from.
  public var seed: UInt64
  var rules: [FaultRule]

  /// The names of the rules, in their order.
  public var ruleIDs: [String] { rules.map(\.id) }

  /// The first rule that fires.
  func rule(for ask: FaultAsk) -> FaultRule? {
    rules.first { $0.names(ask) && isDue($0, ask) }
  }

  private func isDue(_ rule: FaultRule, _ ask: FaultAsk) -> Bool {
    switch rule.when {
    case .always: true
    case .nth(let ordinals): ordinals.contains(ask.ordinal)
    case .from(let first): ask.ordinal >= first
    case .rate(let rate): Double(draw(rule, ask) >> 11) / Double(1 << 53) < rate
    }
  }

  /// 64 bits that belong to one request and one rule.
  func draw(_ rule: FaultRule, _ ask: FaultAsk) -> UInt64 {
    let words = [
      "\(seed)", rule.id, ask.operation, ask.bucket, encodeHex(ask.key), ask.place, "\(ask.ordinal)",
    ]
    let digest = Checksum.of(Array(words.joined(separator: "\u{0}").utf8), .sha256).bytes
    return digest.prefix(8).reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// One rule of a plan.
struct FaultRule: Hashable, Sendable {
  enum When: Hashable, Sendable {
    case always
    /// From 1.
    case nth(Set<Int>)
    case from(Int)
    case rate(Double)
  }

  /// Of a listing: with no position to go on from, or with one.
  enum Page: String, Sendable {
    case first
    case later
  }

  var id: String
  /// Vendors' names of calls; empty for every call.
  var operations: Set<String> = []
  var bucket: String?
  var key: [UInt8]?
  var part: Int?
  var offset: Int64?
  var page: Page?
  var when = When.always
  var action: FaultAction

  fileprivate func names(_ ask: FaultAsk) -> Bool {
    (operations.isEmpty || operations.contains(ask.operation))
      && bucket.map { $0 == ask.bucket } ?? true && key.map { $0 == ask.key } ?? true
      && part.map { ask.place == "part \($0)" } ?? true && offset.map { ask.place == "offset \($0)" } ?? true
      && page.map { ask.page == $0 } ?? true
  }
}

/// A request as rules see it.
struct FaultAsk: Hashable, Sendable {
  var operation: String
  var bucket = ""
  var key: [UInt8] = []
  /// The part, the first byte of a range, or the position of a page; empty where there is none.
  var place = ""
  var page: FaultRule.Page?
  /// How often the same was asked, this time included.
  var ordinal = 1
}
