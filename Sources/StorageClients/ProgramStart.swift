import CSpawn
import Glibc
public import ObjectStorage

/// Starts programs that have nothing of this process but what they are given.
///
/// Not Foundation's `Process`, which writes beyond its sets of descriptors where more than 1,024 are open.
public enum ProgramStart {
  /// Starts a program, looked for as a shell does, and returns its number.
  ///
  /// What it says goes to these descriptors, or nowhere; it reads nothing. Throws with the code where it cannot be
  /// started.
  public static func start(
    _ words: [String], environment: [String: String], output: Int32, errors: Int32? = nil,
    failingAs code: StorageError.Code
  ) throws(StorageError) -> Int32 {
    var actions = posix_spawn_file_actions_t()
    var attributes = posix_spawnattr_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawnattr_init(&attributes)
    defer {
      posix_spawn_file_actions_destroy(&actions)
      posix_spawnattr_destroy(&attributes)
    }
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
    if let errors {
      posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
    } else {
      posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0)
    }
    // Sockets and the ledger are none of its business, also what another thread opens while this one spawns.
    posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    for signal in [SIGINT, SIGTERM, SIGHUP, SIGPIPE, SIGXFSZ] { sigaddset(&signals, signal) }
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    var settings: [UnsafeMutablePointer<CChar>?] = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + settings { free(text) } }
    var child: pid_t = 0
    let program = words.first ?? ""
    let failure = posix_spawnp(&child, program, &actions, &attributes, &arguments, &settings)
    guard failure == 0 else {
      throw StorageError(
        code, "\(shownSafely(program)) cannot be started: \(String(cString: strerror(failure)))")
    }
    return child
  }
}
