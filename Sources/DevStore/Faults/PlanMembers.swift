/// The members of one object of a plan; each is asked for once, and what nobody asked for is refused.
struct PlanMembers {
  private let members: [String: PlanValue]
  private let rule: String?
  private var asked: Set<String> = []

  init(_ members: [String: PlanValue], rule: String?) {
    self.members = members
    self.rule = rule
  }

  func problem(_ member: String, _ problem: String) -> FaultPlanError {
    FaultPlanError(rule: rule, member: member, problem: problem)
  }

  func requireNoMore() throws(FaultPlanError) {
    guard let unknown = members.keys.sorted().first(where: { !asked.contains($0) }) else { return }
    throw problem(unknown, "it means nothing here")
  }

  private mutating func value(_ name: String) -> PlanValue? {
    asked.insert(name)
    return members[name]
  }

  mutating func text(_ name: String) throws(FaultPlanError) -> String? {
    guard let value = value(name) else { return nil }
    guard case .text(let text) = value else { throw problem(name, "it is not a text") }
    return text
  }

  /// One text, or a list of them.
  mutating func texts(_ name: String) throws(FaultPlanError) -> [String]? {
    guard let value = value(name) else { return nil }
    if case .text(let text) = value { return [text] }
    guard case .list(let list) = value else {
      throw problem(name, "it is neither a text nor a list of texts")
    }
    var texts: [String] = []
    for one in list {
      guard case .text(let text) = one else { throw problem(name, "it holds what is no text") }
      texts.append(text)
    }
    return texts
  }

  mutating func whole(_ name: String, in range: ClosedRange<Int64>) throws(FaultPlanError) -> Int64? {
    guard let value = value(name) else { return nil }
    return try whole(value, name, range)
  }

  /// One number, or a list of them that is not empty.
  mutating func wholes(_ name: String, in range: ClosedRange<Int64>) throws(FaultPlanError) -> [Int64]? {
    guard let value = value(name) else { return nil }
    guard case .list(let list) = value else { return [try whole(value, name, range)] }
    guard !list.isEmpty else { throw problem(name, "it is empty") }
    var numbers: [Int64] = []
    for one in list { numbers.append(try whole(one, name, range)) }
    return numbers
  }

  private func whole(
    _ value: PlanValue, _ name: String, _ range: ClosedRange<Int64>
  ) throws(FaultPlanError) -> Int64 {
    guard case .whole(let number) = value, range.contains(number) else {
      throw problem(name, "it is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  mutating func fraction(_ name: String, in range: ClosedRange<Double>) throws(FaultPlanError) -> Double? {
    guard let value = value(name) else { return nil }
    let number: Double? =
      switch value {
      case .whole(let whole): Double(whole)
      case .fraction(let fraction): fraction
      default: nil
      }
    guard let number, range.contains(number) else {
      throw problem(name, "it is not a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  mutating func list(_ name: String) throws(FaultPlanError) -> [PlanValue]? {
    guard let value = value(name) else { return nil }
    guard case .list(let list) = value else { throw problem(name, "it is not a list") }
    return list
  }

  /// The exact bytes of a key, which the plan spells percent-encoded.
  mutating func key(_ name: String) throws(FaultPlanError) -> [UInt8]? {
    guard let text = try text(name) else { return nil }
    let bytes = Array(text.utf8)
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "%") {
      let digits = bytes.dropFirst(index + 1).prefix(2)
      guard digits.count == 2, digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }) else {
        throw problem(name, "a % stands without two hexadecimal digits; a percent sign is %25")
      }
    }
    return Percent.decode(Substring(text))
  }

  mutating func choice<Choice: RawRepresentable>(
    _ name: String, _ type: Choice.Type
  ) throws(FaultPlanError) -> Choice? where Choice.RawValue == String {
    guard let text = try text(name) else { return nil }
    guard let choice = Choice(rawValue: text) else { throw problem(name, "\(text) is none of its values") }
    return choice
  }

  /// Names and values of headers, in the order of the names.
  mutating func fields(_ name: String) throws(FaultPlanError) -> [FaultField] {
    guard let value = value(name) else { return [] }
    guard case .members(let members) = value else { throw problem(name, "it is not an object") }
    var fields: [FaultField] = []
    for (field, value) in members.sorted(by: { $0.key < $1.key }) {
      guard case .text(let text) = value, Self.isField(field), Self.isLine(text) else {
        throw problem(name, "\(field) is not a header with a text")
      }
      fields.append(FaultField(name: field, value: text))
    }
    return fields
  }

  private static func isField(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.allSatisfy { (33...126).contains($0) && $0 != UInt8(ascii: ":") }
  }

  private static func isLine(_ text: String) -> Bool { text.utf8.allSatisfy { $0 >= 32 && $0 != 127 } }
}
