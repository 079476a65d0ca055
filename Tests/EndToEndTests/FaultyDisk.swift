import Foundation
import StorageTesting
import Testing

/// A disk on which the k-th write or sync of a ledger goes wrong, made by a library that is loaded before libc.
///
/// Counts `pwrite`, `fsync` and `fdatasync` of files whose path has `.ledger` in it, but for the lock's.
struct FaultyDisk {
  enum Fault: String, CaseIterable, Sendable {
    /// The process ends before the call.
    case kill
    /// The process ends after the first half of the bytes.
    case torn
    /// This call and all that follow fail.
    case eio
    case enospc
    /// This call alone fails.
    case onceEIO = "once-eio"
  }

  let library: String

  static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/cc") }

  init(in folder: TemporaryFolder) async throws {
    library = "\(folder.path)/faulty-disk.so"
    let source = "\(folder.path)/faulty-disk.c"
    try Self.source.write(toFile: source, atomically: true, encoding: .utf8)
    let made = try await Subprocess(
      "/usr/bin/cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], in: folder
    ).run()
    try #require(made.status == 0, "\(made.stderr)")
  }

  func environment(_ fault: Fault, at number: Int) -> [String: String] {
    ["LD_PRELOAD": library, "FAULTY_DISK": fault.rawValue, "FAULTY_DISK_AT": "\(number)"]
  }

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <signal.h>
    #include <stdatomic.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/types.h>
    #include <unistd.h>

    static atomic_long seen;

    static const char *due(int fd) {
      const char *fault = getenv("FAULTY_DISK"), *at = getenv("FAULTY_DISK_AT");
      char link[64], path[4096];
      if (!fault || !at) return NULL;
      snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
      ssize_t length = readlink(link, path, sizeof path - 1);
      if (length <= 0) return NULL;
      path[length] = 0;
      if (!strstr(path, ".ledger") || strstr(path, ".lock")) return NULL;
      long now = atomic_fetch_add(&seen, 1) + 1, k = atol(at);
      int lasts = !strcmp(fault, "eio") || !strcmp(fault, "enospc");
      return now == k || (lasts && now > k) ? fault : NULL;
    }

    static int failed(const char *fault) {
      if (!strcmp(fault, "kill") || !strcmp(fault, "torn")) kill(getpid(), SIGKILL);
      errno = strcmp(fault, "enospc") ? EIO : ENOSPC;
      return -1;
    }

    static ssize_t put(const char *name, int fd, const void *bytes, size_t count, off_t place) {
      ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, name);
      const char *fault = due(fd);
      if (fault && !strcmp(fault, "torn")) real(fd, bytes, count / 2, place);
      return fault ? failed(fault) : real(fd, bytes, count, place);
    }

    static int sync_file(const char *name, int fd) {
      int (*real)(int) = dlsym(RTLD_NEXT, name);
      const char *fault = due(fd);
      return fault ? failed(fault) : real(fd);
    }

    ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return put("pwrite", fd, b, n, o); }
    ssize_t pwrite64(int fd, const void *b, size_t n, off_t o) { return put("pwrite64", fd, b, n, o); }
    int fsync(int fd) { return sync_file("fsync", fd); }
    int fdatasync(int fd) { return sync_file("fdatasync", fd); }
    """
}
