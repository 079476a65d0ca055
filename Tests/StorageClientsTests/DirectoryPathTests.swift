import Checksums
import Glibc
import NIOCore
import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

@Suite("DirectoryStore keeps to its root")
struct DirectoryPathTests {
  @Test(
    "a key that is no path is refused with its reason",
    arguments: [
      ("", "empty"), ("/etc/passwd", "absolute path"), ("../up", "'..'"), ("a/../b", "'..'"), ("..", "'..'"),
      ("a/..", "'..'"), ("a/./b", "'.'"), (".", "'.'"), ("a//b", "empty segment"), ("a//", "empty segment"),
      ("a\0b", "zero byte"), (String(repeating: "k", count: 256), "256 bytes"),
      (String(repeating: "k/", count: 2048), "4096 bytes"), (".tranship-incomplete", "unfinished"),
      (".tranship-incomplete/upload-1/key", "unfinished"),
    ])
  func refused(key: String, reason: String) async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      #expect(try #require(store.refusal(of: ObjectKey(key))).contains(reason))
      await place.expectUnsafe(reason) { try await place.put(store, key, "x") }
      await place.expectUnsafe(reason) { _ = try await store.head(ObjectKey(key), part: nil) }
      await place.expectUnsafe(reason) {
        _ = try await store.get(ObjectKey(key), range: nil, ifMatch: nil, on: place.eventLoop)
      }
      await place.expectUnsafe(reason) { _ = try await store.createUpload(ObjectKey(key), WriteOptions()) }
      #expect(try place.names().isEmpty)
    }
  }

  @Test(
    "a key that only looks dangerous is a path",
    arguments: ["...", "....a", "..a/b", "a/...", "a\\..\\b", "~", "C:\\x", ".hidden", " ", "a/ /b"])
  func accepted(key: String) async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      #expect(store.refusal(of: ObjectKey(key)) == nil)
      try await place.put(store, key, "x")
      #expect(place.text(key) == "x")
      #expect(try await store.list(prefix: ObjectKey(""), from: nil).objects.map(\.key) == [ObjectKey(key)])
    }
  }

  @Test("a link at the leaf is neither read nor replaced", arguments: ["outside", "inside", "nowhere"])
  func leafLink(target: String) async throws {
    try await withDirectoryPlace { place in
      try place.write("secret", to: "../outside/file")
      try place.write("own", to: "own")
      let targets = ["outside": "../outside/file", "inside": "own", "nowhere": "absent"]
      place.makeLink("link", to: try #require(targets[target]))
      let store = try await place.open()
      await place.expectUnsafe("symbolic link") { try await place.put(store, "link", "x") }
      await place.expectUnsafe("symbolic link") { _ = try await store.head(ObjectKey("link"), part: nil) }
      await place.expectUnsafe("symbolic link") {
        _ = try await store.get(ObjectKey("link"), range: nil, ifMatch: nil, on: place.eventLoop)
      }
      #expect(place.text("../outside/file") == "secret" && place.text("own") == "own")
      #expect(try place.names() == ["link", "own"])
    }
  }

  @Test("a link on the way is never followed", arguments: ["../outside", "inside"])
  func parentLink(target: String) async throws {
    try await withDirectoryPlace { place in
      place.makeFolder("inside")
      place.makeLink("link", to: target)
      try place.write("secret", to: "\(target)/file")
      let store = try await place.open()
      for key in ["link/file", "link/new", "link/deep/new", "link/"] {
        await place.expectUnsafe("symbolic link") {
          try await place.put(store, key, key == "link/" ? "" : "x")
        }
      }
      await place.expectUnsafe("symbolic link") {
        _ = try await store.head(ObjectKey("link/file"), part: nil)
      }
      await place.expectUnsafe("symbolic link") {
        _ = try await store.list(prefix: ObjectKey("link/"), from: nil)
      }
      #expect(try place.names(in: target) == ["file"])
      #expect(place.text("\(target)/file") == "secret")
    }
  }

  @Test("a link that is planted while a body arrives is not followed")
  func linkPlantedInTheMiddle() async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      place.makeFolder("folder")
      let body = await ObjectBody.scripted([[1, 2, 3]], on: place.eventLoop)
      let planting = PlantingObserver {
        rmdir("\(place.path)/folder")
        symlink("../outside", "\(place.path)/folder")
      }
      await place.expectUnsafe("symbolic link") {
        _ = try await store.put(ObjectKey("folder/x"), body.observed(by: planting), WriteOptions())
      }
      #expect(try DirectoryPlace.names(in: place.outside).isEmpty)
    }
  }

  @Test("a link in place of the folder for unfinished writes is not followed")
  func linkedArea() async throws {
    try await withDirectoryPlace { place in
      place.makeLink(".tranship-incomplete", to: "../outside")
      let store = try await place.open()
      await place.expectRefused(.localFault, "is no folder") { try await place.put(store, "a", "x") }
      await place.expectRefused(.localFault, "is no folder") {
        _ = try await store.createUpload(ObjectKey("a"), WriteOptions())
      }
      #expect(try DirectoryPlace.names(in: place.outside).isEmpty)
      #expect(try await store.list(prefix: ObjectKey(""), from: nil).objects.isEmpty)
    }
  }

  @Test("links and special files are listed with a type that says what they are")
  func listedLinks() async throws {
    try await withDirectoryPlace { place in
      try place.write("x", to: "file")
      place.makeLink("link", to: "../outside")
      mkfifo("\(place.path)/pipe", 0o600)
      let store = try await place.open()
      let listed = try await store.list(prefix: ObjectKey(""), from: nil).objects
      #expect(listed.map(\.key) == ["file", "link", "pipe"].map { ObjectKey($0) })
      #expect(listed.map(\.objectType) == [nil, "Symlink", "Special"])
      await place.expectUnsafe("pipe") {
        _ = try await store.get(ObjectKey("pipe"), range: nil, ifMatch: nil, on: place.eventLoop)
      }
    }
  }

  @Test(
    "of two keys that need one name the first is kept and the second refused",
    arguments: [
      ("c", "c/x", "a file stands"), ("c/x", "c", "a folder stands"), ("c", "c/", "a file stands"),
      ("c/", "c", "a folder stands"), ("c", "c/x/y", "a file stands"),
    ])
  func clash(first: String, second: String, reason: String) async throws {
    try await withDirectoryPlace { place in
      let store = try await place.open()
      try await place.put(store, first, first.hasSuffix("/") ? "" : "1")
      for ifAbsent in [false, true] {
        await place.expectUnsafe(reason) {
          try await place.put(store, second, second.hasSuffix("/") ? "" : "2", ifAbsent: ifAbsent)
        }
      }
      #expect(try await store.list(prefix: ObjectKey(""), from: nil).objects.map(\.key) == [ObjectKey(first)])
    }
  }
}

/// Does something when the first chunk passes.
private struct PlantingObserver: BodyObserver {
  let plant: @Sendable () -> Void
  func observe(_ chunk: ByteBuffer) { plant() }
}
