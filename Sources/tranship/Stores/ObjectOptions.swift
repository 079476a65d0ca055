import ArgumentParser

/// What becomes of objects that cannot be copied as they are listed.
struct ObjectOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Asks the source to make archived objects readable for so many days; a later run copies them.",
      valueName: "days"))
  var restore: Int?
  @Flag(
    help: "Skips objects that are gone from the source since they were listed; otherwise they are errors.")
  var allowGone = false
  @Flag(help: .hidden)
  var versions = false

  func validate() throws {
    if let restore, !(1...365).contains(restore) {
      throw ValidationError("--restore \(restore) is not a number of days; give 1 to 365")
    }
    if versions {
      throw ValidationError(
        "--versions: older versions are not migrated; `tranship inventory --versions` says which there are")
    }
  }
}
