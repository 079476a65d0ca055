import Checksums
import Glibc
import NIOCore
import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

@Suite("DirectoryStore in a directory that misbehaves")
struct DirectoryFaultTests {
  @Test(
    "a file that changes while it is read is never given whole",
    arguments: ["append", "truncate", "rewrite", "touch"])
  func changedWhileRead(change: String) async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      let body = await ObjectBody.bytes(patternedBytes(3 << 20), on: place.eventLoop)
      _ = try await store.put(ObjectKey("file"), body, WriteOptions())
      // An old file: no change falls into the same tick of the clock.
      var times = [timespec](repeating: timespec(tv_sec: 1_000_000_000, tv_nsec: 0), count: 2)
      #expect(utimensat(AT_FDCWD, "\(place.path)/file", &times, 0) == 0)
      let download = try await store.get(ObjectKey("file"), range: nil, ifMatch: nil, on: place.eventLoop)
      let changing = FirstChunkObserver { alter("\(place.path)/file", change) }
      await place.expectRefused(.preconditionFailed) {
        _ = try await download.body.observed(by: changing).drain()
      }
      let eTag = download.attributes.eTag
      await place.expectRefused(.preconditionFailed) {
        _ = try await store.get(ObjectKey("file"), range: nil, ifMatch: eTag, on: place.eventLoop)
      }
    }
  }

  @Test("a cancelled write ends at once and leaves nothing")
  func cancelledWrite() async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      let (started, start) = AsyncStream<Void>.makeStream()
      let body = await ObjectBody.scripted(
        [[1, 2, 3]], length: 10, ending: .silence, on: place.eventLoop)
      let observed = body.observed(by: FirstChunkObserver { start.finish() })
      let writing = Task { () -> StorageError.Code? in
        do throws(StorageError) {
          _ = try await store.put(ObjectKey("a/b"), observed, WriteOptions())
          return nil
        } catch {
          return error.code
        }
      }
      for await _ in started {}
      writing.cancel()
      #expect(await writing.value == .cancelled)
      #expect(try place.names() == [".tranship-incomplete"])
      #expect(try place.names(in: ".tranship-incomplete").isEmpty)
      #expect(try await store.list(prefix: ObjectKey(""), from: nil).objects.isEmpty)
    }
  }

  @Test("a write of a task that is cancelled already ends at once")
  func cancelledBefore() async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      let body = await ObjectBody.scripted([], length: 10, ending: .silence, on: place.eventLoop)
      let writing = Task { () -> StorageError.Code? in
        withUnsafeCurrentTask { $0?.cancel() }
        do throws(StorageError) {
          _ = try await store.put(ObjectKey("a/b"), body, WriteOptions())
          return nil
        } catch {
          return error.code
        }
      }
      #expect(await writing.value == .cancelled)
      #expect(try place.names(in: ".tranship-incomplete").isEmpty)
    }
  }

  @Test("what a killed writer left is removed by the next one, and what a living one holds is kept")
  func leftovers() async throws {
    try await withDirectoryPlace { place in
      place.makeFolder(".tranship-incomplete")
      try place.write("half", to: ".tranship-incomplete/file-0123")
      try place.write("half", to: ".tranship-incomplete/file-4567")
      let held = open("\(place.path)/.tranship-incomplete/file-4567", O_RDONLY)
      defer { close(held) }
      #expect(flock(held, LOCK_EX) == 0)
      do {
        let store = try await place.open()
        try await place.put(store, "new", "x")
        #expect(try place.names(in: ".tranship-incomplete") == ["file-4567"])
        #expect(
          try await store.list(prefix: ObjectKey(""), from: nil).objects.map(\.key) == [ObjectKey("new")])
      }
      #expect(try place.names() == [".tranship-incomplete", "new"])
    }
  }

  @Test(
    "an upload whose key never reached the disk is removed by the next writer, one that is being made is kept"
  )
  func unbegunUploads() async throws {
    try await withDirectoryPlace { place in
      let area = ".tranship-incomplete"
      place.makeFolder(area)
      let uploads = ["0", "1", "2"].map { "upload-" + String(repeating: $0, count: 32) }
      for (upload, key) in zip(uploads, ["", "", "whole"]) {
        place.makeFolder("\(area)/\(upload)")
        try place.write(key, to: "\(area)/\(upload)/key")
      }
      let held = open("\(place.path)/\(area)/\(uploads[1])/key", O_RDONLY)
      defer { close(held) }
      #expect(flock(held, LOCK_EX) == 0)
      let store = try await place.open()
      try await place.put(store, "new", "x")
      #expect(try place.names(in: area) == Array(uploads[1...]))
    }
  }

  @Test("a store that wrote everything leaves no folder of its own")
  func areaIsRemoved() async throws {
    try await withDirectoryPlace { place in
      do {
        let store = try await place.open()
        try await place.put(store, "a/b", "x")
      }
      #expect(try place.names() == ["a"])
    }
  }

  @Test("a full disk is a local fault that names the path, and leaves nothing", .enabled(if: fullDisk != nil))
  func fullDiskIsNamed() async throws {
    let root = try #require(fullDisk)
    let place = DirectoryPlace(path: root, outside: root)
    let store = try await place.open()
    let body = await ObjectBody.bytes(patternedBytes(4 << 20), on: place.eventLoop)
    await place.expectRefused(.localFault, "'big' in \(root)") {
      _ = try await store.put(ObjectKey("big"), body, WriteOptions())
    }
    #expect(try await store.list(prefix: ObjectKey(""), from: nil).objects.isEmpty)
  }

  @Test("a file without the right to read it is refused, and others go on", .enabled(if: geteuid() != 0))
  func unreadable() async throws {
    try await withDirectoryPlace { place in
      try place.write("x", to: "closed")
      try place.write("y", to: "open")
      chmod("\(place.path)/closed", 0)
      let store = try await place.open()
      await place.expectRefused(.accessDenied) {
        _ = try await store.get(ObjectKey("closed"), range: nil, ifMatch: nil, on: place.eventLoop)
      }
      let download = try await store.get(ObjectKey("open"), range: nil, ifMatch: nil, on: place.eventLoop)
      #expect(try await download.body.drain() == 1)
    }
  }

  @Test(
    "a fault of the system is said in the store's words",
    arguments: [
      (EACCES, StorageError.Code.accessDenied, "give this user the right"),
      (EROFS, .accessDenied, "writable"),
      (ENOENT, .notFound, ""), (ENOSPC, .localFault, "free space"), (EDQUOT, .localFault, "free space"),
      (EMFILE, .localFault, "open files"), (EIO, .localFault, ""),
      (EXDEV, .localFault, "another file system"),
      (ENAMETOOLONG, .unsafeKey, ""), (ESTALE, .serverFault, ""),
    ])
  func faults(number: Int32, code: StorageError.Code, step: String) {
    let error = SystemFault(number: number).storageError("reading 'a' in /data", key: ObjectKey("a"))
    #expect(error.code == code)
    #expect(
      error.message.hasPrefix("reading 'a' in /data failed: ")
        && (step.isEmpty || error.message.contains(step)))
  }

  @Test("a root that is missing or no directory is a missing bucket", arguments: ["absent", "file"])
  func missingRoot(name: String) async throws {
    try await withDirectoryPlace { place in
      try place.write("x", to: "file")
      await place.expectRefused(.noSuchBucket, name) {
        _ = try await DirectoryStore.open(path: "\(place.path)/\(name)", threadPool: place.threadPool)
      }
    }
  }

  @Test("a root that was removed while in use is no empty store")
  func removedRoot() async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      #expect(rmdir(place.path) == 0)
      await place.expectRefused(.noSuchBucket) {
        _ = try await store.list(prefix: ObjectKey(""), from: nil)
      }
    }
  }
}

/// The root of a file system of a megabyte or two, where the environment offers one to fill.
private let fullDisk = getenv("TRANSHIP_TEST_SMALL_DISK").map { String(cString: $0) }

private func alter(_ path: String, _ change: String) {
  switch change {
  case "append":
    let file = fopen(path, "a")
    if let file {
      fputs("more", file)
      fclose(file)
    }
  case "truncate": truncate(path, 100)
  case "rewrite":
    let number = open(path, O_WRONLY)
    pwrite(number, "x", 1, 2_500_000)
    close(number)
  default: utimensat(AT_FDCWD, path, nil, 0)
  }
}

/// Does something when the first chunk passes, and only then.
private final class FirstChunkObserver: BodyObserver {
  private let work: @Sendable () -> Void
  init(_ work: @escaping @Sendable () -> Void) { self.work = work }
  func observe(_ chunk: ByteBuffer) { work() }
}
