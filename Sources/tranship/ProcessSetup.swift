import Glibc

/// What has to be so before anything else happens in the process.
enum ProcessSetup {
  static func prepare() {
    occupyStandardDescriptors()
    // A reader of our output that goes away must not end a migration, and a limit on the size of files is an error
    // that the ledger can tell.
    for number in [SIGPIPE, SIGXFSZ] { signal(number, SIG_IGN) }
  }

  /// Where a caller closed one of the three, the next file would get its number, and messages would go into that file.
  private static func occupyStandardDescriptors() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      // The lowest free number is this one.
      guard open("/dev/null", O_RDWR) == descriptor else { _exit(ExitStatus.stopped.rawValue) }
    }
  }
}
