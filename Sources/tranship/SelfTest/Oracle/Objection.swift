/// Something that is not as it has to be.
struct Objection: Hashable, Sendable, Encodable {
  /// What was looked at.
  var check: String
  var expected: String
  var got: String

  /// The same of the run without the fault.
  var without: Objection { Objection(check: "without the fault: \(check)", expected: expected, got: got) }
}
