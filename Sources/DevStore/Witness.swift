/// Sees every request at two moments: what it does there happens exactly then.
public struct Witness: Sendable {
  public enum Moment: CaseIterable, Sendable {
    /// The request's head came; nothing was done yet.
    case came
    /// What was asked is done, and no byte of the answer sent.
    case done
  }

  let see: @Sendable (Moment, _ method: String) async -> Void

  public init(_ see: @escaping @Sendable (Moment, _ method: String) async -> Void) {
    self.see = see
  }
}
