import Foundation
import StorageTesting

/// The built binary; it stands beside the test bundle.
enum Tranship {
  static var path: String {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let here = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return here.deletingLastPathComponent().appendingPathComponent("tranship").path
  }

  static func command(
    _ arguments: [String], environment: [String: String] = [:], in folder: TemporaryFolder
  ) -> Subprocess {
    Subprocess(path, arguments, environment: environment, in: folder)
  }
}
