import ArgumentParser
import Reports

struct ProveReport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prove",
    abstract: "Prints the proof that one object's row belongs to a sealed report.",
    discussion: """
      EXAMPLES
        tranship report prove shop-report orders/a.csv > a.json
        tranship report check a.json --root HEX

      The proof is checked alone, without the report: it holds the object's row
      and a few hashes, and nothing of the other objects.
      """)

  @Argument(help: "The folder of a report.")
  var directory: String
  @Argument(help: "The object's key; or its spelling in the lists, where no key is written so.")
  var key: String

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      var text = try proveObject(key, in: directory).text
      text.removeLast()
      console.result(text)
      return .completed
    }
  }
}
