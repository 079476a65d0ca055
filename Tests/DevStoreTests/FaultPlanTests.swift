import Testing

@testable import DevStore

@Suite("plans of faults")
struct FaultPlanTests {
  static func plan(_ rules: String, seed: Int = 7) throws -> FaultPlan {
    try FaultPlan(json: Array("{\"seed\":\(seed),\"rules\":[\(rules)]}".utf8))
  }

  private static func ask(_ key: String, _ ordinal: Int = 1, _ operation: String = "GetObject") -> FaultAsk {
    FaultAsk(operation: operation, bucket: "from", key: Array(key.utf8), ordinal: ordinal)
  }

  @Test("the same requests go wrong in whatever order they come, and others under another seed")
  func purity() throws {
    let rule = #"{"id":"r","rate":0.3,"do":"expire"}"#
    let plan = try Self.plan(rule)
    let asks = (0..<200).flatMap { key in (1...3).map { Self.ask("k\(key)", $0) } }
    let due = Set(asks.filter { plan.rule(for: $0) != nil })
    #expect(Set(asks.reversed().filter { plan.rule(for: $0) != nil }) == due)
    #expect((120...240).contains(due.count))
    let other = try Self.plan(rule, seed: 8)
    #expect(Set(asks.filter { other.rule(for: $0) != nil }) != due)
  }

  @Test(
    "a rule fires on what its members name, and on nothing else",
    arguments: [
      (#""nth":[2,3]"#, [false, true, true, false]), (#""from":3"#, [false, false, true, true]),
      (#""rate":0"#, [false, false, false, false]), (#""rate":1"#, [true, true, true, true]),
      (#""op":"PutObject""#, [false, false, false, false]),
      (#""op":["PutObject","GetObject"]"#, [true, true, true, true]),
      (#""key":"a%2Fb%ff""#, [false, false, false, false]), (#""key":"%61""#, [true, true, true, true]),
      (#""bucket":"into""#, [false, false, false, false]), (#""part":1"#, [false, false, false, false]),
      (#""page":"first""#, [false, false, false, false]),
    ])
  func matching(_ member: String, _ fires: [Bool]) throws {
    let plan = try Self.plan("{\"id\":\"r\",\"do\":\"expire\",\(member)}")
    #expect((1...4).map { plan.rule(for: Self.ask("a", $0)) != nil } == fires)
  }

  @Test(
    "a bad plan is refused by the name of its rule and member",
    arguments: [
      (#"[]"#, nil, "rules"), (#"{"seed":-1,"rules":[]}"#, nil, "seed"), (#"{"seed":1}"#, nil, "rules"),
      (#"{"rules":[],"speed":1}"#, nil, "speed"), (#"{"rules":[7]}"#, "1", "rules"),
      (#"{"rules":[{"do":"expire"}]}"#, "1", "id"), (#"{"rules":[{"id":"a"}]}"#, "a", "do"),
      (#"{"rules":[{"id":"a","do":"vanish"}]}"#, "a", "do"),
      (#"{"rules":[{"id":"a","do":"expire"},{"id":"a","do":"expire"}]}"#, "a", "id"),
      (#"{"rules":[{"id":"a","do":"expire","op":"GET"}]}"#, "a", "op"),
      (#"{"rules":[{"id":"a","do":"expire","key":"%4"}]}"#, "a", "key"),
      (#"{"rules":[{"id":"a","do":"expire","nth":[0]}]}"#, "a", "nth"),
      (#"{"rules":[{"id":"a","do":"expire","nth":[]}]}"#, "a", "nth"),
      (#"{"rules":[{"id":"a","do":"expire","nth":1,"rate":0.5}]}"#, "a", "nth"),
      (#"{"rules":[{"id":"a","do":"expire","rate":1.5}]}"#, "a", "rate"),
      (#"{"rules":[{"id":"a","do":"expire","at":1}]}"#, "a", "at"),
      (#"{"rules":[{"id":"a","do":"cut","at":"most"}]}"#, "a", "at"),
      (#"{"rules":[{"id":"a","do":"cut","then":"sing"}]}"#, "a", "then"),
      (#"{"rules":[{"id":"a","do":"short","length":"lying"}]}"#, "a", "length"),
      (#"{"rules":[{"id":"a","do":"error"}]}"#, "a", "status"),
      (#"{"rules":[{"id":"a","do":"error","status":503,"headers":{"A\n":"b"}}]}"#, "a", "headers"),
      (#"{"rules":[{"id":"a","do":"other"}]}"#, "a", "with"),
      (#"{"rules":[{"id":"a","do":"change","to":"gold"}]}"#, "a", "to"),
    ] as [(String, String?, String)])
  func refusals(_ json: String, _ rule: String?, _ member: String) {
    let error = #expect(throws: FaultPlanError.self) { try FaultPlan(json: Array(json.utf8)) }
    #expect(error?.rule == rule)
    #expect(error?.member == member)
  }

  @Test("a bit is flipped where the plan says, and a damaged store keeps what it says")
  func damage() throws {
    var bytes: [UInt8] = [0, 0, 0]
    FaultHit.flip(9, &bytes)
    #expect(bytes == [0, 2, 0])
    #expect(FaultHit.other("\"abc1\"") == "\"abc2\"")
    for (action, kept) in [
      (FaultAction.storeShort(.half), Array("abc".utf8)), (.storeFlip(bit: 33), Array("abcdgf".utf8)),
    ] {
      var damage = StorageDamage(FaultHit(rule: "r", action: action, chance: 0), length: 6)
      var found: [UInt8] = []
      for piece in ["ab", "cdef"] {
        try Array(piece.utf8).withUnsafeBytes { try damage.pass($0) { found += $0 } }
      }
      #expect(found == kept)
    }
  }
}
