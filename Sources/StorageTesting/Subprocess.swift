public import Foundation
import Testing

/// A program that was run to its end, with what it said.
public struct Finished: Sendable {
  /// The exit status; the negative number of the signal that ended it otherwise.
  public let status: Int32
  public let stdout: String
  public let stderr: String
}

/// A program beside the tests; what it says goes to files, so that no pipe can fill up.
public final class Subprocess {
  public let process = Process()
  private let folder: TemporaryFolder
  private let out: URL
  private let err: URL
  private let ended: AsyncStream<Void>

  /// Credentials and settings of whoever runs the tests do not reach the program.
  public init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:],
    in folder: TemporaryFolder
  ) {
    self.folder = folder
    let (ended, end) = AsyncStream.makeStream(of: Void.self)
    self.ended = ended
    process.terminationHandler = { _ in end.finish() }
    let name = UUID().uuidString
    out = folder.url.appendingPathComponent(name + ".out")
    err = folder.url.appendingPathComponent(name + ".err")
    process.executableURL = URL(fileURLWithPath: executable)
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    let kept = ProcessInfo.processInfo.environment.filter {
      ["PATH", "LD_LIBRARY_PATH", "LANG"].contains($0.key)
    }
    process.environment = kept.merging(["HOME": folder.path]) { $1 }.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
  }

  /// A script of `scripts/sdk`, run by the Python that has the independent clients.
  public static func script(
    _ name: String, _ arguments: [String], environment: [String: String], in folder: TemporaryFolder
  ) throws -> Subprocess {
    let root = Fixtures.folder.deletingLastPathComponent()
    let python = root.appendingPathComponent(".venv/bin/python").path
    try #require(
      FileManager.default.isExecutableFile(atPath: python), "no \(python): `make test` prepares it")
    return Subprocess(
      python, [root.appendingPathComponent("scripts/sdk/\(name)").path] + arguments, environment: environment,
      in: folder)
  }

  @discardableResult
  public func start() throws -> Subprocess {
    for url in [out, err] { try Data().write(to: url) }
    process.standardOutput = try FileHandle(forWritingTo: out)
    process.standardError = try FileHandle(forWritingTo: err)
    try process.run()
    return self
  }

  /// Waits for the end without holding a thread: servers of the same test may need it.
  public func finish() async throws -> Finished {
    for await _ in ended {}
    process.waitUntilExit()
    return Finished(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      stdout: try String(contentsOf: out, encoding: .utf8),
      stderr: try String(contentsOf: err, encoding: .utf8))
  }

  public func run() async throws -> Finished { try await start().finish() }
}

/// A folder of a test's own, removed when nobody holds it any more.
public final class TemporaryFolder: Sendable {
  public let url: URL
  public var path: String { url.path }

  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("tranship-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    // What cannot be removed is left to the system's own cleaning.
    try? FileManager.default.removeItem(at: url)
  }
}
