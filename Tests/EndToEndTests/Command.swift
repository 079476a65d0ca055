import Foundation
import Testing

/// A program that was run to its end, with what it said.
struct Finished: Sendable {
  var status: Int32
  var stdout: String
  var stderr: String

  /// The lines of stdout that are JSON objects.
  var objects: [[String: Any]] {
    stdout.split(separator: "\n").compactMap {
      try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
  }
}

/// A program under test or a helper beside it; output goes to files, so that no pipe can fill up.
final class Command {
  let process = Process()
  private let folder: TemporaryFolder

  init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:],
    in folder: TemporaryFolder
  ) {
    self.folder = folder
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = URL(fileURLWithPath: folder.path)
    // The caller's credentials and settings must not leak into a test.
    let kept = ProcessInfo.processInfo.environment.filter {
      ["PATH", "LD_LIBRARY_PATH", "LANG"].contains($0.key)
    }
    process.environment = kept.merging(["HOME": folder.path]) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
  }

  /// The built binary.
  static func tranship(
    _ arguments: String..., environment: [String: String] = [:], in folder: TemporaryFolder
  ) -> Command {
    Command(Self.binary, arguments, environment: environment, in: folder)
  }

  /// Stands beside the test bundle.
  static var binary: String {
    let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
    let here = bundle ?? URL(fileURLWithPath: CommandLine.arguments[0])
    return here.deletingLastPathComponent().appendingPathComponent("tranship").path
  }

  func start() throws -> Command {
    let name = UUID().uuidString
    out = folder.path + "/\(name).out"
    err = folder.path + "/\(name).err"
    for path in [out, err] { try Data().write(to: URL(fileURLWithPath: path)) }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: out))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: err))
    try process.run()
    return self
  }

  private(set) var out = ""
  private(set) var err = ""

  /// What the program has said so far.
  var stdoutNow: String { (try? String(contentsOfFile: out, encoding: .utf8)) ?? "" }

  func finish() throws -> Finished {
    process.waitUntilExit()
    return Finished(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      stdout: try String(contentsOfFile: out, encoding: .utf8),
      stderr: try String(contentsOfFile: err, encoding: .utf8))
  }

  func run() throws -> Finished { try start().finish() }
}

/// A folder of a test's own, removed when the test is over.
final class TemporaryFolder {
  let path: String

  init() throws {
    path = FileManager.default.temporaryDirectory.appendingPathComponent("tranship-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The repository that the tests were built from.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().path

  /// The Python that has the independent clients; `make test` makes it.
  static func python() throws -> String {
    let path = root + "/.venv/bin/python"
    try #require(
      FileManager.default.isExecutableFile(atPath: path), "no \(path): run `make test`, which prepares it")
    return path
  }
}
