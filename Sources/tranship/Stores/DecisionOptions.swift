import ArgumentParser
import Migration
import Transfers

/// What happens where the destination has the key, as an option names it.
enum OverwriteOption: String, ExpressibleByArgument, CaseIterable {
  case never
  case different
  case changed
  case newer
  case always

  var rule: OverwriteRule {
    switch self {
    case .never: .never
    case .different: .different
    case .changed: .changed
    case .newer: .newer
    case .always: .always
    }
  }
}

/// How keys are spelt that the destination does not take.
enum RenameOption: String, ExpressibleByArgument, CaseIterable {
  case percent
}

/// How a command decides on keys.
struct DecisionOptions: ParsableArguments {
  @Option(
    help: """
      What happens where the destination has the key and is not proven equal: never (an error), different \
      (overwritten), changed (overwritten where size or Content-Type differ or the source is later), newer (overwritten \
      where the source is later), always (overwritten without comparing).
      """)
  var overwrite = OverwriteOption.never
  @Option(
    help: """
      How keys are spelt that the destination does not take: percent (what stands in the way, and %, are \
      percent-encoded); otherwise they are errors. A job that began so goes on so.
      """)
  var rename: RenameOption?
  @Flag(help: "Says of every key what the command would do, and writes nothing anywhere.")
  var dryRun = false

  var settings: DecisionSettings {
    var settings = DecisionSettings()
    settings.overwrite = overwrite.rule
    settings.renames = rename != nil
    return settings
  }
}
