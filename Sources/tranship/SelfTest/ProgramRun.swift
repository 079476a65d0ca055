import Dispatch
import Foundation
import Glibc
import ObjectStorage
import Synchronization

/// This program, run by itself as a user would run it.
///
/// Not Foundation's `Process`, which writes beyond its sets of descriptors where more than 1,024 are open.
final class ProgramRun: Sendable {
  /// The file that this process was started from.
  static var ownPath: String {
    (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? CommandLine.arguments[0]
  }

  struct Ended: Sendable {
    /// The exit status; the negative number of the signal that ended it otherwise.
    var status: Int32
    /// What it said on stderr.
    var said: String
    var seconds: Double
  }

  /// The program's number, until its end was taken.
  private let child = Mutex<pid_t?>(nil)
  private let output: String

  /// What it says goes to the files `output.out` and `output.err`.
  init(output: String) {
    self.output = output
  }

  /// Runs to the end, which a cancelled task or a limit makes come at once.
  func run(
    _ program: String, _ arguments: [String], environment: [String: String], within limit: Int = 60
  ) async throws -> Ended {
    let began = ContinuousClock.now
    let number = try start(program, arguments, environment)
    child.withLock { $0 = number }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(limit)) { [weak self] in self?.kill() }
    let status: Int32 = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        DispatchQueue.global().async { [self] in continuation.resume(returning: wait(for: number)) }
      }
    } onCancel: {
      kill()
    }
    try Task.checkCancellation()
    return Ended(
      status: status, said: try String(contentsOfFile: output + ".err", encoding: .utf8),
      seconds: (ContinuousClock.now - began) / .seconds(1))
  }

  /// Ends the program with SIGKILL where it runs.
  func kill() { child.withLock { number in if let number { _ = Glibc.kill(number, SIGKILL) } } }

  private func wait(for number: pid_t) -> Int32 {
    var information = siginfo_t()
    // Its number is nobody else's until its end was taken, and nobody sends it a signal after that.
    while waitid(P_PID, id_t(number), &information, WEXITED | WNOWAIT) < 0, errno == EINTR {}
    return child.withLock { child in
      var status: Int32 = 0
      while waitpid(number, &status, 0) < 0, errno == EINTR {}
      child = nil
      return status & 0x7f != 0 ? -(status & 0x7f) : status >> 8 & 0xff
    }
  }

  private func start(
    _ program: String, _ arguments: [String], _ environment: [String: String]
  ) throws -> pid_t {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    let flags = O_WRONLY | O_CREAT | O_TRUNC
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, output + ".out", flags, 0o600)
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, output + ".err", flags, 0o600)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in words + settings { free(text) } }
    var number: pid_t = 0
    let code = posix_spawn(&number, program, &actions, &attributes, &words, &settings)
    guard code == 0 else {
      throw StorageError(
        .localFault, "\(shownSafely(program)) cannot be started: \(String(cString: strerror(code)))")
    }
    return number
  }
}
