import ArgumentParser

struct Migrate: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Migrates objects and proves each of them: inventory, plan, copy, verdict, report.",
    discussion: """
      EXAMPLES
        tranship migrate s3://shop oss://shop-sh --source-region ap-northeast-1 --destination-region cn-shanghai --ledger shop.ledger
        tranship migrate s3://shop/2024/ file:///mnt/nas/shop --ledger nas.ledger

      Unless --overwrite says so the destination is never overwritten: a key that holds other bytes becomes an error.
      Credentials come from the environment or the vendors' files (see README). Stop it at any time; the same command
      goes on. With --relist it takes what is new and changed at the source since.

      \(ExitStatus.help)
      """)

  @OptionGroup var job: MigrationOptions

  func run() async throws {
    try await job.migrate(isDry: job.decisions.dryRun)
  }
}

struct ShowPlan: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Says of every key what `tranship migrate` would do with it; the same as migrate --dry-run.",
    discussion: """
      EXAMPLES
        tranship plan s3://shop oss://shop-sh --ledger shop.ledger --overwrite newer
        tranship plan s3://shop oss://shop-sh --ledger shop.ledger --relist --json

      Both sides are listed, and looked at where the plan needs it; nothing is written to a store or to the ledger.

        copy       sent; the destination does not have the key
        overwrite  sent over what the destination has, and why
        equal      completed without sending: proven equal as it stands
        done       completed before
        keep       skipped: the rule of --overwrite keeps what is there
        skip       skipped: left out by filters, or gone from the source
        conflict   an error: the destination has something else
        refuse     an error: the key or the object cannot land, or cannot be looked at
        error      in the error list already; retry takes it up

      EXIT STATUS
        0    no key would end in the error list, if all that is sent arrives
        1    some would
        2    the plan could not be finished
        64   wrong usage
        130  stopped by SIGINT, SIGTERM or SIGHUP
      """)

  @OptionGroup var job: MigrationOptions

  func run() async throws {
    try await job.migrate(isDry: true)
  }
}
