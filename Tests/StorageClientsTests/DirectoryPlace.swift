import Foundation
import Glibc
import NIOCore
import NIOPosix
import ObjectStorage
import StorageClients
import StorageTesting
import Testing

/// A directory of a test's own, with what a `DirectoryStore` needs beside it.
struct DirectoryPlace: Sendable {
  /// The root of the store; its parent is the test's own too.
  let path: String
  let outside: String
  var eventLoop: any EventLoop { MultiThreadedEventLoopGroup.singleton.next() }
  var threadPool: NIOThreadPool { .singleton }

  func open(
    folderMarkers: DirectoryStore.FolderMarkers = .emptyOnly, pageSize: Int = 1000
  ) async throws -> DirectoryStore {
    try await DirectoryStore.open(
      path: path, threadPool: threadPool, folderMarkers: folderMarkers, pageSize: pageSize)
  }

  func write(_ text: String, to name: String) throws {
    let file = try #require(fopen("\(path)/\(name)", "w"))
    fputs(text, file)
    fclose(file)
  }

  func makeFolder(_ name: String) { mkdir("\(path)/\(name)", 0o755) }
  func makeLink(_ name: String, to target: String) { symlink(target, "\(path)/\(name)") }

  /// The names in a folder, hidden ones included, sorted.
  func names(in folder: String = "") throws -> [String] {
    try Self.names(in: "\(path)/\(folder)")
  }

  static func names(in folder: String) throws -> [String] {
    let stream = try #require(opendir(folder))
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  func text(_ name: String) -> String? {
    guard let file = fopen("\(path)/\(name)", "r") else { return nil }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = fread(&bytes, 1, bytes.count, file)
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }
}

extension DirectoryPlace {
  func put(
    _ store: DirectoryStore, _ key: String, _ text: String, ifAbsent: Bool = false
  ) async throws {
    let body = await ObjectBody.bytes(Array(text.utf8), on: eventLoop)
    _ = try await store.put(ObjectKey(key), body, WriteOptions(ifAbsent: ifAbsent))
  }

  /// The work is refused as `unsafe-key`, in words that say why.
  func expectUnsafe(_ reason: String, _ work: () async throws -> Void) async {
    await expectRefused(.unsafeKey, reason, work)
  }

  /// The work is refused with this code, in words that hold `reason`.
  func expectRefused(
    _ code: StorageError.Code, _ reason: String = "", _ work: () async throws -> Void
  ) async {
    do {
      try await work()
      Issue.record("nothing was refused")
    } catch let error as StorageError {
      #expect(error.code == code && (reason.isEmpty || error.message.contains(reason)), "\(error)")
    } catch {
      Issue.record("\(error) is not a StorageError")
    }
  }
}

/// Runs a test in a directory that is removed afterwards.
func withDirectoryPlace(_ work: (DirectoryPlace) async throws -> Void) async throws {
  var template = Array("/tmp/tranship-test-XXXXXX".utf8CString)
  let made = try #require(mkdtemp(&template))
  let parent = String(cString: made)
  let place = DirectoryPlace(path: parent + "/root", outside: parent + "/outside")
  mkdir(place.path, 0o755)
  mkdir(place.outside, 0o755)
  // What is left in the temporary directory fails no test.
  defer { try? FileManager.default.removeItem(atPath: parent) }
  try await work(place)
}
