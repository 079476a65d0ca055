import Foundation
import Testing

/// A disk on which the k-th write or sync of a ledger goes wrong, made by a library that is loaded before libc.
///
/// Counts `pwrite`, `fsync` and `fdatasync` of files whose path has `.ledger` in it, but for the lock's. It can also
/// write down, of all files, what was written, synced and named in which order.
public struct FaultyDisk: Sendable {
  public enum Fault: String, CaseIterable, Sendable {
    /// The process ends before the call.
    case kill
    /// The process ends after the first half of the bytes.
    case torn
    /// The power goes: what was written to any file and not synced is as it was before, and the process ends.
    case powerCut = "power-cut"
    /// This call and all that follow fail.
    case eio
    case enospc
    /// This call alone fails.
    case onceEIO = "once-eio"
  }

  private let library: String

  public static var isPossible: Bool { FileManager.default.isExecutableFile(atPath: "/usr/bin/cc") }

  public init(in folder: TemporaryFolder) async throws {
    library = "\(folder.path)/faulty-disk.so"
    let source = "\(folder.path)/faulty-disk.c"
    try Self.source.write(toFile: source, atomically: true, encoding: .utf8)
    let made = try await Subprocess(
      "/usr/bin/cc", ["-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], in: folder
    ).run()
    try #require(made.status == 0, "\(made.stderr)")
  }

  /// What lets a program find its disk faulty at the call with a number, from 1.
  public func environment(_ fault: Fault, at number: Int) -> [String: String] {
    ["LD_PRELOAD": library, "FAULTY_DISK": fault.rawValue, "FAULTY_DISK_AT": "\(number)"]
  }

  /// What lets a program's calls be written down in a file.
  public func environment(log path: String) -> [String: String] {
    ["LD_PRELOAD": library, "FAULTY_DISK_LOG": path]
  }

  /// One call that was written down.
  public struct Call: Sendable {
    public enum Kind: String, Sendable { case write, sync, name }

    public let kind: Kind
    /// The number of the file on its file system, whatever its name is.
    public let file: String
    /// Where the file is, and for `name` where it is from then on.
    public let path: String
  }

  public static func calls(in path: String) throws -> [Call] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").compactMap { line in
      let words = line.split(separator: " ", maxSplits: 2)
      guard words.count == 3, let kind = Call.Kind(rawValue: String(words[0])) else { return nil }
      return Call(kind: kind, file: String(words[1]), path: String(words[2]))
    }
  }

  private static let source = """
    #define _GNU_SOURCE
    #include <dlfcn.h>
    #include <errno.h>
    #include <fcntl.h>
    #include <pthread.h>
    #include <signal.h>
    #include <stdatomic.h>
    #include <stdio.h>
    #include <stdlib.h>
    #include <string.h>
    #include <sys/stat.h>
    #include <sys/syscall.h>
    #include <sys/types.h>
    #include <unistd.h>

    static atomic_long seen;

    static int find(int fd, char *path, size_t size) {
      char link[64];
      snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
      ssize_t length = readlink(link, path, size - 1);
      path[length > 0 ? length : 0] = 0;
      return length > 0;
    }

    static void note(const char *what, const struct stat *file, const char *path, const char *name) {
      const char *log = getenv("FAULTY_DISK_LOG");
      char line[8300];
      if (!log) return;
      int out = syscall(SYS_openat, AT_FDCWD, log, O_WRONLY | O_CREAT | O_APPEND, 0600);
      int size = snprintf(line, sizeof line, "%s %lu %s%s%s\\n", what, (unsigned long)file->st_ino, path,
                          *name ? "/" : "", name);
      syscall(SYS_write, out, line, size);
      syscall(SYS_close, out);
    }

    static void note_file(const char *what, int fd) {
      struct stat file;
      char path[4096];
      if (!getenv("FAULTY_DISK_LOG") || fstat(fd, &file) || S_ISSOCK(file.st_mode) || S_ISFIFO(file.st_mode)) return;
      if (find(fd, path, sizeof path)) note(what, &file, path, "");
    }

    static void note_name(int from, const char *old, int to, const char *name) {
      struct stat file;
      char path[4096] = "";
      if (!getenv("FAULTY_DISK_LOG") || fstatat(from, old, &file, AT_SYMLINK_NOFOLLOW)) return;
      if (to != AT_FDCWD) find(to, path, sizeof path);
      note("name", &file, to == AT_FDCWD ? name : path, to == AT_FDCWD ? "" : name);
    }

    static const char *due(int fd) {
      const char *fault = getenv("FAULTY_DISK"), *at = getenv("FAULTY_DISK_AT");
      char path[4096];
      if (!fault || !at || !find(fd, path, sizeof path)) return NULL;
      if (!strstr(path, ".ledger") || strstr(path, ".lock")) return NULL;
      long now = atomic_fetch_add(&seen, 1) + 1, k = atol(at);
      int lasts = !strcmp(fault, "eio") || !strcmp(fault, "enospc");
      return now == k || (lasts && now > k) ? fault : NULL;
    }

    /* What the power takes: the bytes that stood where something was written that is not synced, latest first. */
    struct undo { struct undo *next; ino_t file; char path[512]; off_t place, size; ssize_t count; char bytes[]; };
    static struct undo *undos;
    static pthread_mutex_t undoing = PTHREAD_MUTEX_INITIALIZER;

    static void keep(int fd, size_t count, off_t place) {
      const char *fault = getenv("FAULTY_DISK");
      struct stat file;
      if (!fault || strcmp(fault, "power-cut") || fstat(fd, &file) || !S_ISREG(file.st_mode)) return;
      struct undo *undo = malloc(sizeof *undo + count);
      undo->file = file.st_ino;
      undo->place = place;
      undo->size = file.st_size;
      /* A file that is open for writing alone is read by its other name. */
      char name[64];
      snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
      int in = syscall(SYS_openat, AT_FDCWD, name, O_RDONLY);
      undo->count = in < 0 ? 0 : pread(in, undo->bytes, count, place);
      if (in >= 0) syscall(SYS_close, in);
      if (!find(fd, undo->path, sizeof undo->path)) undo->path[0] = 0;
      pthread_mutex_lock(&undoing);
      undo->next = undos;
      undos = undo;
      pthread_mutex_unlock(&undoing);
    }

    static void synced(int fd) {
      struct stat file;
      if (fstat(fd, &file)) return;
      pthread_mutex_lock(&undoing);
      for (struct undo **link = &undos; *link;) {
        struct undo *undo = *link;
        if (undo->file != file.st_ino) { link = &undo->next; continue; }
        *link = undo->next;
        free(undo);
      }
      pthread_mutex_unlock(&undoing);
    }

    static void cut_power(void) {
      ssize_t (*put_back)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");
      pthread_mutex_lock(&undoing);
      for (struct undo *undo = undos; undo; undo = undo->next) {
        struct stat file;
        int out = syscall(SYS_openat, AT_FDCWD, undo->path, O_WRONLY);
        if (out < 0) continue;
        if (!fstat(out, &file) && file.st_ino == undo->file) {
          if (undo->count > 0) put_back(out, undo->bytes, undo->count, undo->place);
          if (ftruncate(out, undo->size)) undo->count = 0;
        }
        syscall(SYS_close, out);
      }
    }

    static int failed(const char *fault) {
      if (!strcmp(fault, "power-cut")) cut_power();
      if (strcmp(fault, "eio") && strcmp(fault, "enospc") && strcmp(fault, "once-eio")) kill(getpid(), SIGKILL);
      errno = strcmp(fault, "enospc") ? EIO : ENOSPC;
      return -1;
    }

    static ssize_t put(const char *name, int fd, const void *bytes, size_t count, off_t place) {
      ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, name);
      const char *fault = due(fd);
      note_file("write", fd);
      if (fault && !strcmp(fault, "torn")) real(fd, bytes, count / 2, place);
      keep(fd, count, place);
      return fault ? failed(fault) : real(fd, bytes, count, place);
    }

    static int sync_file(const char *name, int fd) {
      int (*real)(int) = dlsym(RTLD_NEXT, name);
      const char *fault = due(fd);
      note_file("sync", fd);
      if (fault) return failed(fault);
      int result = real(fd);
      if (!result) synced(fd);
      return result;
    }

    ssize_t pwrite(int fd, const void *b, size_t n, off_t o) { return put("pwrite", fd, b, n, o); }
    ssize_t pwrite64(int fd, const void *b, size_t n, off_t o) { return put("pwrite64", fd, b, n, o); }
    int fsync(int fd) { return sync_file("fsync", fd); }
    int fdatasync(int fd) { return sync_file("fdatasync", fd); }

    ssize_t write(int fd, const void *b, size_t n) {
      ssize_t (*real)(int, const void *, size_t) = dlsym(RTLD_NEXT, "write");
      note_file("write", fd);
      keep(fd, n, lseek(fd, 0, SEEK_CUR));
      return real(fd, b, n);
    }

    int rename(const char *old, const char *name) {
      int (*real)(const char *, const char *) = dlsym(RTLD_NEXT, "rename");
      note_name(AT_FDCWD, old, AT_FDCWD, name);
      return real(old, name);
    }

    int renameat(int from, const char *old, int to, const char *name) {
      int (*real)(int, const char *, int, const char *) = dlsym(RTLD_NEXT, "renameat");
      note_name(from, old, to, name);
      return real(from, old, to, name);
    }

    int linkat(int from, const char *old, int to, const char *name, int flags) {
      int (*real)(int, const char *, int, const char *, int) = dlsym(RTLD_NEXT, "linkat");
      note_name(from, old, to, name);
      return real(from, old, to, name, flags);
    }
    """
}
