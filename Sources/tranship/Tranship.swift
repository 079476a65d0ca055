import ArgumentParser

@main
struct Tranship: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tranship",
    abstract:
      "Moves objects between object stores and proves, object by object, that what arrived is what left.",
    discussion: ExitStatus.help,
    version: Version.text,
    subcommands: [
      ShowDemo.self, Migrate.self, ShowPlan.self, TakeInventory.self, Verify.self, Retry.self, Status.self,
      Report.self, MakeKeys.self,
      DiffInventories.self, RunQuery.self, ImportEvidence.self, ComputeChecksums.self, Examine.self,
      PrintPolicy.self,
      RunSelfTest.self, ServeDevStore.self,
    ])

  static func main() async {
    ProcessSetup.prepare()
    await main(nil)
  }
}
