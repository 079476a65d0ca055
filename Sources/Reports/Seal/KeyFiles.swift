public import Checksums
import Glibc
public import ObjectStorage

/// Reads the private key that reports are signed with.
///
/// Throws `local-fault` where the file is not the owner's alone, or holds no Ed25519 key.
public func readSigningKey(_ path: String) throws(StorageError) -> Ed25519PrivateKey {
  var status = stat()
  if stat(path, &status) == 0, status.st_mode & 0o077 != 0 {
    throw StorageError(
      .localFault, "the key \(shownSafely(path)) can be read by others; make it yours alone with chmod 600")
  }
  guard let key = Ed25519PrivateKey(pem: try keyText(path)) else {
    throw StorageError(
      .localFault,
      "\(shownSafely(path)) holds no Ed25519 private key in PEM without a pass phrase; make one with tranship keygen, or openssl genpkey -algorithm ed25519"
    )
  }
  return key
}

/// Reads the public key that a report's signature is checked with.
public func readPublicKey(_ path: String) throws(StorageError) -> Ed25519PublicKey {
  guard let key = Ed25519PublicKey(pem: try keyText(path)) else {
    throw StorageError(
      .localFault,
      "\(shownSafely(path)) holds no Ed25519 public key in PEM; tranship keygen and openssl pkey -pubout make one"
    )
  }
  return key
}

/// Makes a pair of keys: the private one at the path, the public one beside it with `.pub`; returns the latter's path.
///
/// Neither replaces a file that is there.
public func makeKeyPair(_ path: String) throws(StorageError) -> String {
  guard let key = Ed25519PrivateKey.generate(), let secret = key.pem, let open = key.publicPEM else {
    throw StorageError(.localFault, "no key can be made: the system gives no random numbers")
  }
  let publicPath = "\(path).pub"
  try writeNew(path, secret, rights: 0o600)
  do throws(StorageError) {
    try writeNew(publicPath, open, rights: 0o644)
  } catch {
    unlink(path)
    throw error
  }
  return publicPath
}

private func keyText(_ path: String) throws(StorageError) -> [UInt8] {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
  guard descriptor >= 0 else { throw fault("cannot read the key", path, errno) }
  defer { close(descriptor) }
  var bytes = [UInt8](repeating: 0, count: 64 << 10)
  let count = read(descriptor, &bytes, bytes.count)
  guard count >= 0 else { throw fault("cannot read the key", path, errno) }
  return Array(bytes.prefix(count))
}

private func writeNew(_ path: String, _ text: [UInt8], rights: mode_t) throws(StorageError) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, rights)
  guard descriptor >= 0 else {
    throw errno == EEXIST
      ? StorageError(
        .localFault,
        "\(shownSafely(path)) is there already, and no key is ever overwritten; name another file")
      : fault("cannot make the key", path, errno)
  }
  // Whatever the process takes away from the rights of new files.
  let isWritten =
    fchmod(descriptor, rights) == 0 && write(descriptor, text, text.count) == text.count
    && fsync(descriptor) == 0
  let cause = errno
  close(descriptor)
  guard isWritten else {
    unlink(path)
    throw fault("cannot write the key", path, cause)
  }
}

private func fault(_ what: String, _ path: String, _ number: Int32) -> StorageError {
  StorageError(
    .localFault, "\(what) \(shownSafely(path)): \(String(cString: strerror(number)).lowercased())")
}
