import ArgumentParser
import ObjectStorage
import StorageClients

struct PrintPolicy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "policy",
    abstract: "Prints the policy that gives one side exactly the rights that its requests need.",
    discussion: """
      EXAMPLES
        tranship policy s3 s3://shop/2024/ --role source > source.json
        tranship policy oss oss://shop-sh --role destination > destination.json

      Asks nobody and needs no credentials. The policy of a source allows nothing that writes; neither side's allows
      objects to be deleted. docs/credentials.md says which call needs which right.
      """)

  enum Vendor: String, ExpressibleByArgument, CaseIterable {
    case s3
    case oss
  }

  enum RoleOption: String, ExpressibleByArgument, CaseIterable {
    case source
    case destination
  }

  @Argument(help: "Whose policy: s3 for IAM of AWS, oss for RAM of Alibaba Cloud.")
  var vendor: Vendor
  @Argument(help: "s3://bucket/prefix or oss://bucket/prefix")
  var address: String
  @Option(help: "The side that the credentials are for: source or destination.")
  var role: RoleOption = .source
  @Flag(help: "Allows archived objects of a source to be restored, as migrate --restore asks for.")
  var restore = false
  @Option(help: "The bucket's region: AWS names buckets of China and of GovCloud otherwise.")
  var region: String?

  func run() async throws {
    let console = Console()
    try await Failure.handle(console) {
      let address = try AddressBook().address(address)
      guard address.kind.rawValue == vendor.rawValue else {
        throw StorageError(
          .invalidRequest,
          "\(address) is no address of \(vendor.rawValue); write \(vendor.rawValue)://bucket/prefix")
      }
      guard !restore || role == .source else {
        throw StorageError(.invalidRequest, "only a source is restored from: leave --restore out")
      }
      let policy = try AccessPolicy(
        for: address, role: role == .source ? .source : .destination, restoring: restore, region: region)
      console.result(String(try policy.json.dropLast()))
      return .completed
    }
  }
}
