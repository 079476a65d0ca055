import DevStore
import Foundation
import Glibc
import StorageTesting
import Testing

/// What stands around a scenario's run.
extension Scenario {
  static let successor = DevStoreKeyPair(
    accessKeyID: "MATRIXSUCCESSOR", secretAccessKey: "matrix-secret-9b41e7-second",
    sessionToken: "matrix-token-11d0")

  /// Puts something outside that nobody has to touch, what is in the way inside, and the program that gives keys.
  func plant() throws {
    let outside = folder.path + "/outside"
    try FileManager.default.createDirectory(atPath: outside, withIntermediateDirectories: false)
    try Data("untouched".utf8).write(to: URL(fileURLWithPath: outside + "/kept"))
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: outside + "/kept")
    for planted in row.planted {
      let path = "\(folder.path)/destination/\(planted.path)"
      try FileManager.default.createDirectory(
        at: URL(fileURLWithPath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
      switch planted.kind {
      case .linkToFolder: try #require(symlink(outside, path) == 0)
      case .linkToFile: try #require(symlink(outside + "/kept", path) == 0)
      case .hardLink: try #require(link(outside + "/kept", path) == 0)
      case .pipe: try #require(mkfifo(path, 0o600) == 0)
      }
    }
    if row.renews { try writeProgram() }
  }

  /// A program that gives the store's own keys the first time, and their successors from then on.
  private func writeProgram() throws {
    let place = folder.path + "/keys"
    try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: false)
    func document(_ id: String, _ secret: String, _ token: String?) -> String {
      let token = token.map { ",\"SessionToken\":\"\($0)\"" } ?? ""
      return "{\"Version\":1,\"AccessKeyId\":\"\(id)\",\"SecretAccessKey\":\"\(secret)\"\(token)}"
    }
    let second = Self.successor
    for (name, text) in [
      ("config", "[profile moving]\ncredential_process = sh '\(place)/program'\n"),
      ("first", document(Self.keys.id, Self.keys.secret, nil)),
      ("later", document(second.accessKeyID, second.secretAccessKey, second.sessionToken)),
      ("program", "cd '\(place)'; if mkdir asked 2>/dev/null; then cat first; else cat later; fi\n"),
    ] {
      try text.write(toFile: "\(place)/\(name)", atomically: false, encoding: .utf8)
    }
  }
}

/// An address where nobody listens to whoever comes, and all who came are seen afterwards.
final class Canary: Sendable {
  let address: String
  private let listener: Int32

  /// On another address than the stores, so that it is another host to a client.
  init() throws {
    listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
    var place = sockaddr_in()
    place.sin_family = sa_family_t(AF_INET)
    place.sin_addr.s_addr = inet_addr("127.0.0.2")
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isOpen = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        bind(listener, place, size) == 0 && listen(listener, 64) == 0
          && getsockname(listener, place, &size) == 0
      }
    }
    address = "http://127.0.0.2:\(UInt16(bigEndian: place.sin_port))"
    try #require(isOpen)
  }

  deinit { close(listener) }

  /// Connects to itself, as whoever follows a redirect would.
  func sing() throws {
    let singer = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    defer { close(singer) }
    var place = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let listener = listener
    let isDone = withUnsafeMutablePointer(to: &place) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        getsockname(listener, place, &size) == 0 && connect(singer, place, size) == 0
      }
    }
    try #require(isDone)
  }

  /// What each connection that was made has sent, as far as it is there.
  func heard() -> [String] {
    var heard: [String] = []
    while true {
      let connection = accept(listener, nil, nil)
      guard connection >= 0 else { return heard }
      defer { close(connection) }
      var bytes = [UInt8](repeating: 0, count: 16 << 10)
      let count = recv(connection, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      heard.append(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self))
    }
  }
}
