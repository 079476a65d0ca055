import Glibc
import ObjectStorage

/// Runs a program to its end and takes what it prints; blocks the thread that it is called on.
///
/// Not Foundation's `Process`, which writes beyond its sets of descriptors where more than 1,024 are open.
enum ChildProgram {
  struct Ended: Sendable {
    /// The negative number of the signal that ended it otherwise.
    var status: Int32
    var bytes: [UInt8]
  }

  private static let longestOutput = 64 << 10

  /// What the program says on stderr is not taken: it may hold secrets.
  static func run(
    _ words: [String], environment: [String: String], within limit: Duration = .seconds(60)
  ) throws(StorageError) -> Ended {
    let deadline = ContinuousClock.now + limit
    var ends: [Int32] = [-1, -1]
    guard pipe(&ends) == 0 else { throw fault("no pipe", errno) }
    defer { Glibc.close(ends[0]) }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    let spawned = Result { () throws(StorageError) in
      try ProgramStart.start(
        words, environment: environment, output: ends[1], failingAs: .credentialsRejected)
    }
    Glibc.close(ends[1])
    let child = try spawned.get()
    let bytes = read(ends[0], until: deadline)
    if bytes == nil { kill(child, SIGKILL) }
    let status = wait(child, until: deadline)
    guard let bytes else {
      throw StorageError(
        .credentialsRejected,
        "the program printed more than 64 KiB or took longer than \(limit), and was ended")
    }
    return Ended(status: status, bytes: bytes)
  }

  /// What is printed until the program closes its output; nil where that is too much or takes too long.
  private static func read(_ descriptor: Int32, until deadline: ContinuousClock.Instant) -> [UInt8]? {
    var bytes: [UInt8] = []
    var piece = [UInt8](repeating: 0, count: 4096)
    while bytes.count <= longestOutput {
      var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let ready = poll(&watched, 1, milliseconds(until: deadline))
      if ready < 0, errno == EINTR { continue }
      guard ready > 0 else { return nil }
      let count = Glibc.read(descriptor, &piece, piece.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { return nil }
      if count == 0 { return bytes }
      bytes += piece.prefix(count)
    }
    return nil
  }

  private static func wait(_ child: pid_t, until deadline: ContinuousClock.Instant) -> Int32 {
    var status: Int32 = 0
    while true {
      let found = waitpid(child, &status, WNOHANG)
      if found == child { break }
      if found < 0, errno != EINTR { return -1 }
      // Its output is closed: what is left is its end.
      if milliseconds(until: deadline) == 0 { kill(child, SIGKILL) }
      poll(nil, 0, 5)
    }
    return status & 0x7f != 0 ? -(status & 0x7f) : status >> 8 & 0xff
  }

  private static func milliseconds(until deadline: ContinuousClock.Instant) -> Int32 {
    let (seconds, attoseconds) = (deadline - .now).components
    return Int32(clamping: max(0, seconds * 1000 + attoseconds / 1_000_000_000_000_000))
  }

  private static func fault(_ what: String, _ code: Int32) -> StorageError {
    StorageError(.credentialsRejected, "\(what): \(String(cString: strerror(code)))")
  }
}
