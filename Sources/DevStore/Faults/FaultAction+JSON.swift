extension FaultAction {
  /// Reads what a rule does, and the members that belong to it.
  init(_ rule: inout PlanMembers) throws(FaultPlanError) {
    guard let name = try rule.text("do") else { throw rule.problem("do", "it is missing") }
    if let listing = Listing(rawValue: name) {
      self = .listing(listing)
    } else if let action = try Self.ofAnswer(name, &rule) {
      self = action
    } else if let action = try Self.ofStore(name, &rule) {
      self = action
    } else {
      throw rule.problem("do", "\(name) is no fault that this server knows")
    }
  }

  /// What happens to an answer on its way.
  private static func ofAnswer(_ name: String, _ rule: inout PlanMembers) throws(FaultPlanError)
    -> FaultAction?
  {
    switch name {
    case "error":
      guard let status = try rule.whole("status", in: 300...599) else {
        throw rule.problem("status", "it is missing")
      }
      return .refuse(
        status: Int(status), code: try rule.text("code") ?? "InternalError",
        headers: try rule.fields("headers"), elements: try rule.fields("elements"))
    case "cut":
      return .cut(at: try point("at", &rule), then: try rule.choice("then", Ending.self) ?? .rst)
    case "lose": return .lose(then: try rule.choice("then", Ending.self) ?? .rst)
    case "short": return .short(to: try point("at", &rule), tellsLength: try tellsLength(&rule))
    case "long":
      let count = try rule.whole("by", in: 1...1 << 20) ?? 1
      return .long(by: Int(count), tellsLength: try tellsLength(&rule))
    case "flip": return .flip(bit: try bit(&rule))
    case "other":
      guard let key = try rule.key("with") else { throw rule.problem("with", "it is missing") }
      return .other(key: key)
    case "body":
      guard let document = try rule.choice("is", Document.self) else {
        throw rule.problem("is", "it is missing")
      }
      return .document(document, code: try rule.text("code") ?? "InternalError")
    case "edit":
      guard let find = try rule.text("find"), !find.isEmpty else {
        throw rule.problem("find", "it is missing")
      }
      return .edit(find: find, with: try rule.text("with") ?? "")
    case "drip":
      let bytes = try rule.whole("bytes", in: 1...1 << 20) ?? 1
      return .drip(bytes: Int(bytes), pause: Int(try rule.whole("ms", in: 0...60_000) ?? 1))
    case "delay": return .delay(Int(try rule.whole("ms", in: 0...3_600_000) ?? 100))
    case "headers":
      return .headers(
        set: try rule.fields("set"), remove: try rule.texts("remove") ?? [],
        alter: try rule.texts("alter") ?? [])
    case "redirect":
      guard let target = try rule.text("to"), target.utf8.allSatisfy({ (33...126).contains($0) }) else {
        throw rule.problem("to", "it is not an address")
      }
      return .refuse(
        status: 307, code: "TemporaryRedirect", headers: [FaultField(name: "Location", value: target)],
        elements: [])
    case "endless-headers": return .endlessHeaders(Int(try rule.whole("count", in: 1...1_000_000) ?? 20_000))
    case "two-lengths": return .twoLengths
    case "close-idle": return .closeIdle
    default: return nil
    }
  }

  /// What happens to what is stored, and to the server itself.
  private static func ofStore(_ name: String, _ rule: inout PlanMembers) throws(FaultPlanError)
    -> FaultAction?
  {
    switch name {
    case "store-short": return .storeShort(try point("at", &rule))
    case "store-flip": return .storeFlip(bit: try bit(&rule))
    case "ignore-range": return .ignoreRange
    case "change":
      guard let change = try rule.choice("to", Change.self) else { throw rule.problem("to", "it is missing") }
      return .change(change)
    case "clock": return .clock(try rule.whole("ahead", in: -1_000_000_000...1_000_000_000) ?? 1200)
    case "expire": return .expire
    default: return nil
    }
  }

  private static func point(_ name: String, _ rule: inout PlanMembers) throws(FaultPlanError) -> Point {
    var copy = rule
    if let text = try? copy.text(name) {
      guard text == "half" else { throw rule.problem(name, "it is neither half nor a number of bytes") }
      _ = try rule.text(name)
      return .half
    }
    return try rule.whole(name, in: 0...Int64.max).map(Point.byte) ?? .half
  }

  private static func bit(_ rule: inout PlanMembers) throws(FaultPlanError) -> UInt64? {
    try rule.whole("bit", in: 0...Int64.max).map { UInt64($0) }
  }

  private static func tellsLength(_ rule: inout PlanMembers) throws(FaultPlanError) -> Bool {
    let text = try rule.text("length") ?? "matching"
    guard ["matching", "missing"].contains(text) else {
      throw rule.problem("length", "it is neither matching nor missing")
    }
    return text == "matching"
  }
}
