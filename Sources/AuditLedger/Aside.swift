/// Why a key stands in the skipped list though the plan took it in; a later run may take it up again.
public enum Aside: Hashable, Sendable {
  /// Gone from the source.
  case gone
  /// The destination's object was kept by this rule of `--overwrite`.
  case kept(rule: String)

  /// The word that the ledger stores.
  var column: String {
    switch self {
    case .gone: "gone"
    case .kept(let rule): "kept \(rule)"
    }
  }
}
