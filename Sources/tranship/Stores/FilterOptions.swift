import ArgumentParser
import ObjectStorage

/// Which objects a command looks at; the same for every command.
struct FilterOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      """
      Only keys that match: a glob (*, **, ?, [a-z], {a,b}; from any segment of the key, with / at the start from the \
      address's prefix on, with / at the end all below), or regex:EXPRESSION. May be given more than once.
      """, valueName: "pattern"))
  var include: [String] = []
  @Option(help: ArgumentHelp("No keys that match; as --include.", valueName: "pattern"))
  var exclude: [String] = []
  @Option(
    name: [.long, .customLong("since")],
    help: ArgumentHelp(
      "Only objects that changed at this time or later: 2024-01-02T03:04:05Z, 2024-01-02, or 30d, 12h before now.",
      valueName: "time"))
  var newer: String?
  @Option(help: ArgumentHelp("Only objects that changed before this time; as --newer.", valueName: "time"))
  var older: String?
  @Option(help: ArgumentHelp("Only objects of at least this size, such as 64KiB.", valueName: "bytes"))
  var minSize: String?
  @Option(help: ArgumentHelp("Only objects of at most this size.", valueName: "bytes"))
  var maxSize: String?

  func validate() throws {
    do {
      _ = try filter(now: RunClock.system.now())
    } catch {
      throw ValidationError(error.message)
    }
  }

  /// The checked rules; durations count back from now.
  func filter(now: Timestamp) throws(StorageError) -> ObjectFilter {
    var rules = include.map { ObjectFilter.Rule(.include, $0) }
    rules += exclude.map { ObjectFilter.Rule(.exclude, $0) }
    for (option, value) in [
      (ObjectFilter.Option.newer, newer), (.older, older), (.minSize, minSize), (.maxSize, maxSize),
    ] {
      if let value { rules.append(ObjectFilter.Rule(option, value)) }
    }
    return try ObjectFilter(rules, now: now)
  }
}
