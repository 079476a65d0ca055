import Checksums
import Glibc
import NIOCore
import ObjectStorage

/// Reading and writing of a file's bytes; every call blocks.
extension DirectoryDescriptor {
  /// Exactly `count` bytes.
  ///
  /// Throws `precondition-failed` where the file ends before them: it was cut while it was read.
  func read(_ count: Int64, at offset: Int64, key: ObjectKey, path: String) throws(StorageError) -> ByteBuffer
  {
    let wanted = Int(clamping: count)
    var chunk = ByteBufferAllocator().buffer(capacity: wanted)
    var position = offset
    do throws(SystemFault) {
      while chunk.readableBytes < wanted {
        let got = try read(into: &chunk, wanted - chunk.readableBytes, at: position)
        guard got > 0 else { throw SystemFault(number: ENODATA) }
        position += Int64(got)
      }
    } catch {
      guard error.number == ENODATA else { throw error.storageError("reading \(path)", key: key) }
      throw changed(key, path)
    }
    return chunk
  }

  /// Throws `precondition-failed` where the file is not the generation that was opened.
  func check(_ entry: DirectoryEntry, key: ObjectKey, path: String) throws(StorageError) {
    do throws(SystemFault) {
      guard DirectoryEntry(try status()).isSameGeneration(as: entry) else {
        throw SystemFault(number: ENODATA)
      }
    } catch {
      guard error.number == ENODATA else { throw error.storageError("looking at \(path)", key: key) }
      throw changed(key, path)
    }
  }

  func write(_ chunk: ByteBuffer, at offset: Int64, path: String) throws(StorageError) {
    var rest = chunk
    var position = offset
    while rest.readableBytes > 0 {
      do throws(SystemFault) {
        let written = try call { number in
          rest.withUnsafeReadableBytes { bytes in
            transferred { pwrite(number, bytes.baseAddress, bytes.count, off_t(position)) }
          }
        }.get()
        guard written > 0 else { throw SystemFault(number: EIO) }
        rest.moveReaderIndex(forwardBy: written)
        position += Int64(written)
      } catch {
        throw error.storageError("writing \(path)", key: nil)
      }
    }
  }

  /// Reads the whole file again and hashes it.
  ///
  /// What the system keeps of the file in memory is given up first. It may keep it all the same, and a disk
  /// or server has a memory of its own: the digests are those of what the file system gives back, which shows
  /// a lost, short or damaged write, and not that the medium will keep it.
  func readBack(path: String) throws(StorageError) -> DirectoryDigests {
    call { number in _ = posix_fadvise(number, 0, 0, POSIX_FADV_DONTNEED) }
    var digests = DirectoryHashing()
    var chunk = ByteBufferAllocator().buffer(capacity: Int(DirectoryFileBody.chunkBytes))
    var position: Int64 = 0
    while true {
      chunk.clear()
      do throws(SystemFault) {
        let got = try read(into: &chunk, Int(DirectoryFileBody.chunkBytes), at: position)
        guard got > 0 else { return digests.finish(size: position) }
        position += Int64(got)
      } catch {
        throw error.storageError("reading \(path) back", key: nil)
      }
      chunk.withUnsafeReadableBytes { digests.update($0) }
    }
  }

  private func read(into chunk: inout ByteBuffer, _ count: Int, at offset: Int64) throws(SystemFault) -> Int {
    var outcome = Result<Int, SystemFault>.success(0)
    chunk.writeWithUnsafeMutableBytes(minimumWritableBytes: count) { free in
      outcome = call { number in
        transferred { pread(number, free.baseAddress, min(count, free.count), off_t(offset)) }
      }
      return (try? outcome.get()) ?? 0
    }
    return try outcome.get()
  }

  private func changed(_ key: ObjectKey, _ path: String) -> StorageError {
    StorageError(.preconditionFailed, "\(path) changed while it was read; run again when it rests", key: key)
  }
}

/// The digests of a file that was read from its start to its end.
struct DirectoryDigests: Sendable {
  let size: Int64
  let md5: Checksum
  let crc64xz: Checksum

  var all: [Checksum] { [md5, crc64xz] }
}

private struct DirectoryHashing: ~Copyable {
  private var md5 = StreamingHasher(.md5)
  private var crc64xz = StreamingHasher(.crc64xz)

  mutating func update(_ bytes: UnsafeRawBufferPointer) {
    md5.update(bytes)
    crc64xz.update(bytes)
  }

  consuming func finish(size: Int64) -> DirectoryDigests {
    DirectoryDigests(size: size, md5: md5.finish(), crc64xz: crc64xz.finish())
  }
}

/// The count that a read or write returns; a call that a signal interrupted is repeated.
private func transferred(_ call: () -> Int) -> Result<Int, SystemFault> {
  while true {
    let count = call()
    if count >= 0 { return .success(count) }
    let number = errno
    if number != EINTR { return .failure(SystemFault(number: number)) }
  }
}
