import Dispatch
public import Foundation
import Glibc
import Synchronization
import Testing

/// A program that was run to its end, with what it said.
public struct Finished: Sendable {
  /// The exit status; the negative number of the signal that ended it otherwise.
  public let status: Int32
  public let stdout: String
  public let stderr: String
}

/// A program beside the tests; what it says goes to files, so that no pipe can fill up.
///
/// Not Foundation's `Process`: that one waits with `select`, which writes beyond its sets in a process that has more
/// than 1,024 files open, as these tests have.
public final class Subprocess: Sendable {
  private let executable: String
  private let arguments: [String]
  private let environment: [String: String]
  private let folder: TemporaryFolder
  private let out: String
  private let err: String
  /// The program's number, until its end was taken.
  private let child = Mutex<pid_t?>(nil)

  /// Credentials and settings of whoever runs the tests do not reach the program.
  public init(
    _ executable: String, _ arguments: [String], environment: [String: String] = [:],
    in folder: TemporaryFolder
  ) {
    self.executable = executable
    self.arguments = arguments
    self.folder = folder
    let kept = ProcessInfo.processInfo.environment.filter {
      ["PATH", "LD_LIBRARY_PATH", "LANG"].contains($0.key)
    }
    self.environment = kept.merging(["HOME": folder.path]) { $1 }.merging(environment) { $1 }
    let name = UUID().uuidString
    out = "\(folder.path)/\(name).out"
    err = "\(folder.path)/\(name).err"
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
      python, [root.appendingPathComponent("scripts/sdk/\(name)").path] + arguments,
      environment: environment, in: folder)
  }

  @discardableResult
  public func start() throws -> Subprocess {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, out, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, err, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    // The thread that starts the program may have signals blocked; the program would never see its end.
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var noSignals = sigset_t()
    sigemptyset(&noSignals)
    posix_spawnattr_setsigmask(&attributes, &noSignals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
    // `env` changes the folder and then becomes the program.
    let env = "/usr/bin/env"
    var words: [UnsafeMutablePointer<CChar>?] =
      ([env, "-C", folder.path, executable] + arguments).map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + settings { free(text) } }
    var number: pid_t = 0
    let code = posix_spawn(&number, env, &actions, &attributes, &words, &settings)
    try #require(code == 0, "cannot start \(executable): \(String(cString: strerror(code)))")
    child.withLock { $0 = number }
    return self
  }

  /// What the program has said on stdout by now.
  public func written() throws -> String { try String(contentsOfFile: out, encoding: .utf8) }

  /// Sends a signal to the program while it runs.
  public func send(_ signal: Int32) { child.withLock { child in if let child { kill(child, signal) } } }

  /// Sends a signal as soon as the program says something on stdout; what ends in silence gets none.
  ///
  /// A thread of its own waits: those of the tasks may be busy for longer than the program runs.
  public func sendOnFirstOutput(_ signal: Int32) throws {
    let changes = inotify_init1(Int32(IN_CLOEXEC))
    let watch = inotify_add_watch(changes, out, UInt32(IN_MODIFY | IN_CLOSE_WRITE))
    try #require(watch >= 0, "cannot watch \(out): \(String(cString: strerror(errno)))")
    Thread.detachNewThread { [self] in
      defer { close(changes) }
      var found = stat()
      var event = inotify_event()
      // The program closes its output when it ends, which is a change, too.
      while stat(out, &found) == 0, found.st_size == 0, event.mask & UInt32(IN_CLOSE_WRITE) == 0, !hasEnded {
        guard read(changes, &event, MemoryLayout<inotify_event>.size) > 0 || errno == EINTR else { return }
      }
      if found.st_size > 0 { send(signal) }
    }
  }

  /// Whether the program has come to its end by now.
  public var hasEnded: Bool {
    child.withLock { child in
      guard let child else { return true }
      var found = siginfo_t()
      // The end itself stays where `finish` finds it.
      return waitid(P_PID, id_t(child), &found, WEXITED | WNOHANG | WNOWAIT) == 0 && found.si_signo == SIGCHLD
    }
  }

  /// Waits for the end without holding a thread of the tasks: servers of the same test may need it.
  public func finish() async throws -> Finished {
    let child = try #require(child.withLock { $0 }, "\(executable) does not run")
    let status: Int32 = await withCheckedContinuation { continuation in
      DispatchQueue.global().async { [self] in continuation.resume(returning: wait(for: child)) }
    }
    let isSignal = status & 0x7f != 0
    return Finished(
      status: isSignal ? -(status & 0x7f) : status >> 8 & 0xff,
      stdout: try String(contentsOfFile: out, encoding: .utf8),
      stderr: try String(contentsOfFile: err, encoding: .utf8))
  }

  public func run() async throws -> Finished { try await start().finish() }

  private func wait(for number: pid_t) -> Int32 {
    var found = siginfo_t()
    // Its number is nobody else's until its end was taken, and nobody sends it a signal after that.
    while waitid(P_PID, id_t(number), &found, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    return child.withLock { child in
      var status: Int32 = 0
      while waitpid(number, &status, 0) < 0, errno == EINTR {}
      child = nil
      return status
    }
  }
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
