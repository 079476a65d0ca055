import ArgumentParser
import Reports

struct MakeKeys: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keygen",
    abstract: "Makes a pair of Ed25519 keys that sign reports and check them.",
    discussion: """
      EXAMPLE
        tranship keygen auditor.key

      Makes auditor.key, for you alone, and auditor.key.pub for those who check.
      A key that is there is never overwritten. Both are PEM as openssl pkey
      reads and writes it.
      """)

  @Argument(help: "The file that gets the private key.")
  var file: String

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let publicFile = try makeKeyPair(file)
      console.result("private key: \(file)\npublic key: \(publicFile)")
      return .completed
    }
  }
}
