import Glibc
import ObjectStorage

/// A system call that failed, by its error number.
struct SystemFault: Error {
  let number: Int32

  /// Repeats a call that a signal interrupted.
  static func result(_ call: () -> Int32) -> Result<Int32, SystemFault> {
    while true {
      let value = call()
      if value >= 0 { return .success(value) }
      let number = errno
      if number != EINTR { return .failure(SystemFault(number: number)) }
    }
  }

  var isAbsence: Bool { number == ENOENT || number == ENOTDIR }

  var reason: String { String(cString: strerror(number)) }

  /// The fault as callers of a store see it.
  ///
  /// `action` says what was done to which path, such as `reading /data/a`.
  func storageError(_ action: String, key: ObjectKey?) -> StorageError {
    StorageError(code, "\(action) failed: \(reason.lowercased())\(nextStep)", key: key)
  }

  private var code: StorageError.Code {
    switch number {
    case ENOENT, ENOTDIR: .notFound
    case EACCES, EPERM, EROFS: .accessDenied
    case ENAMETOOLONG, ELOOP, EILSEQ, EINVAL, EISDIR: .unsafeKey
    case EEXIST: .alreadyExists
    case ESTALE, ETIMEDOUT, EAGAIN: .serverFault
    default: .localFault
    }
  }

  private var nextStep: String {
    switch number {
    case ENOSPC, EDQUOT: "; free space there and run again"
    case EACCES, EPERM: "; give this user the right to it"
    case EROFS: "; mount the file system writable"
    case EMFILE, ENFILE: "; raise the limit of open files"
    case EXDEV: "; a folder below the root is another file system, so give that as the root"
    case EFBIG: "; the file system or the user's limit takes no file of that size"
    default: ""
    }
  }
}
