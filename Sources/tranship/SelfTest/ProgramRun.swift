import Dispatch
import Foundation
import Glibc
import ObjectStorage
import StorageClients
import Synchronization

/// This program, run by itself as a user would run it.
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
    let out = try Self.made(output + ".out")
    defer { close(out) }
    let errors = try Self.made(output + ".err")
    defer { close(errors) }
    return try ProgramStart.start(
      [program] + arguments, environment: environment, output: out, errors: errors, failingAs: .localFault)
  }

  private static func made(_ path: String) throws(StorageError) -> Int32 {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      throw StorageError(
        .localFault, "\(shownSafely(path)) cannot be made: \(String(cString: strerror(errno)))")
    }
    return descriptor
  }
}
