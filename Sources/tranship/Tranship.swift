import ArgumentParser

@main
struct Tranship: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "tranship")
}
