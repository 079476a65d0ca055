import Foundation

/// Why a plan is refused: the rule and the member, and what is wrong with it.
public struct FaultPlanError: Error, Hashable, CustomStringConvertible {
  /// Nil for the plan itself.
  public var rule: String?
  public var member: String
  public var problem: String

  public var description: String {
    "the plan of faults is not valid: \(rule.map { "rule \($0), " } ?? "")member \(member): \(problem)"
  }
}

/// A value of a plan.
enum PlanValue: Decodable, Hashable {
  case flag(Bool)
  case whole(Int64)
  case fraction(Double)
  case text(String)
  case list([PlanValue])
  case members([String: PlanValue])

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let whole = try? value.decode(Int64.self) {
      self = .whole(whole)
    } else if let fraction = try? value.decode(Double.self) {
      self = .fraction(fraction)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([PlanValue].self) {
      self = .list(list)
    } else {
      self = .members(try value.decode([String: PlanValue].self))
    }
  }
}

extension FaultPlan {
  /// Reads a plan as `docs/faults.md` describes it.
  public init(json: [UInt8]) throws(FaultPlanError) {
    let value: PlanValue
    do {
      value = try JSONDecoder().decode(PlanValue.self, from: Data(json))
    } catch {
      throw FaultPlanError(rule: nil, member: "rules", problem: "it is not a JSON object with rules")
    }
    guard case .members(let members) = value else {
      throw FaultPlanError(rule: nil, member: "rules", problem: "it is not a JSON object with rules")
    }
    var plan = PlanMembers(members, rule: nil)
    seed = UInt64(try plan.whole("seed", in: 0...Int64.max) ?? 0)
    guard let list = try plan.list("rules") else { throw plan.problem("rules", "it is missing") }
    rules = []
    for (index, one) in list.enumerated() {
      guard case .members(let members) = one else {
        throw FaultPlanError(rule: "\(index + 1)", member: "rules", problem: "it is not an object")
      }
      let rule = try FaultRule(members, number: index + 1)
      guard !rules.contains(where: { $0.id == rule.id }) else {
        throw FaultPlanError(rule: rule.id, member: "id", problem: "another rule has it")
      }
      rules.append(rule)
    }
    try plan.requireNoMore()
  }
}

extension FaultRule {
  fileprivate init(_ members: [String: PlanValue], number: Int) throws(FaultPlanError) {
    var unnamed = PlanMembers(members, rule: "\(number)")
    guard let id = try unnamed.text("id"), !id.isEmpty else { throw unnamed.problem("id", "it is missing") }
    var rule = PlanMembers(members, rule: id)
    _ = try rule.text("id")
    let operations = try rule.texts("op") ?? []
    if let unknown = operations.first(where: { !ServerRequest.operations.contains($0) }) {
      throw rule.problem("op", "\(unknown) is no call of this server")
    }
    let (bucket, key) = (try rule.text("bucket"), try rule.key("key"))
    let page = try rule.choice("page", Page.self)
    let (part, offset) = (try rule.whole("part", in: 1...10_000), try rule.whole("offset", in: 0...Int64.max))
    let when = try Self.when(&rule)
    let action = try FaultAction(&rule)
    try rule.requireNoMore()
    self.init(
      id: id, operations: Set(operations), bucket: bucket, key: key, part: part.map { Int($0) },
      offset: offset, page: page, when: when, action: action)
  }

  private static func when(_ rule: inout PlanMembers) throws(FaultPlanError) -> When {
    let nth = try rule.wholes("nth", in: 1...1_000_000)
    let from = try rule.whole("from", in: 1...1_000_000)
    let rate = try rule.fraction("rate", in: 0...1)
    switch (nth, from, rate) {
    case (nil, nil, nil): return .always
    case (let nth?, nil, nil): return .nth(Set(nth.map { Int($0) }))
    case (nil, let from?, nil): return .from(Int(from))
    case (nil, nil, let rate?): return .rate(rate)
    default: throw rule.problem(nth == nil ? "from" : "nth", "only one of nth, from and rate can be given")
    }
  }
}
