import Glibc
import ObjectStorage

/// An open file or folder, closed when the last user lets go of it.
///
/// Every name given to it is one segment, looked up in this folder only and never through a symbolic link.
final class DirectoryDescriptor: Sendable {
  private let number: Int32

  init(adopting number: Int32) {
    self.number = number
  }

  deinit {
    _ = close(number)
  }

  /// Makes a system call; the descriptor stays open for as long as the call takes.
  func call<T>(_ body: (Int32) -> T) -> T {
    withExtendedLifetime(self) { body(number) }
  }

  /// Opens a name in this folder.
  func open(_ name: [UInt8], _ flags: Int32, mode: mode_t = 0) throws(SystemFault) -> DirectoryDescriptor {
    let text = terminated(name)
    let opened = try call { folder in
      SystemFault.result { openat(folder, text, flags | O_NOFOLLOW | O_CLOEXEC, mode) }
    }.get()
    return DirectoryDescriptor(adopting: opened)
  }

  func openFolder(_ name: [UInt8]) throws(SystemFault) -> DirectoryDescriptor {
    try open(name, O_RDONLY | O_DIRECTORY)
  }

  func makeFolder(_ name: [UInt8], mode: mode_t) throws(SystemFault) {
    let text = terminated(name)
    try perform { mkdirat($0, text, mode) }
  }

  func removeFile(_ name: [UInt8]) throws(SystemFault) {
    let text = terminated(name)
    try perform { unlinkat($0, text, 0) }
  }

  func removeFolder(_ name: [UInt8]) throws(SystemFault) {
    let text = terminated(name)
    try perform { unlinkat($0, text, Int32(AT_REMOVEDIR)) }
  }

  /// Gives a file of this folder a second name, in `folder`; fails where that exists.
  func link(_ name: [UInt8], to folder: DirectoryDescriptor, _ newName: [UInt8]) throws(SystemFault) {
    let old = terminated(name)
    let new = terminated(newName)
    try perform { here in folder.call { there in linkat(here, old, there, new, 0) } }
  }

  /// Moves a file of this folder to `folder`, in place of whatever file has the name there.
  func rename(_ name: [UInt8], to folder: DirectoryDescriptor, _ newName: [UInt8]) throws(SystemFault) {
    let old = terminated(name)
    let new = terminated(newName)
    try perform { here in folder.call { there in renameat(here, old, there, new) } }
  }

  /// What stands under a name, without following a link.
  func status(of name: [UInt8]) throws(SystemFault) -> stat {
    let text = terminated(name)
    var status = stat()
    try perform { fstatat($0, text, &status, Int32(AT_SYMLINK_NOFOLLOW)) }
    return status
  }

  func status() throws(SystemFault) -> stat {
    var status = stat()
    try perform { fstat($0, &status) }
    return status
  }

  /// Returns when the bytes are on the medium.
  func synchronize() throws(SystemFault) {
    try perform { fsync($0) }
  }

  /// Returns when this folder's names are on the medium, where the file system offers that for folders.
  func synchronizeNames() throws(SystemFault) {
    do throws(SystemFault) {
      try synchronize()
    } catch {
      // Some network file systems refuse it for a folder, because they write names at once.
      guard error.number == EINVAL || error.number == ENOTSUP || error.number == ENOSYS else { throw error }
    }
  }

  private func perform(_ body: (Int32) -> Int32) throws(SystemFault) {
    _ = try call { number in SystemFault.result { body(number) } }.get()
  }
}

/// A name as system calls take it.
private func terminated(_ name: [UInt8]) -> [CChar] {
  name.map { CChar(bitPattern: $0) } + [0]
}
