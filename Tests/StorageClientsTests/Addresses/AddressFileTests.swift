import Foundation
import Glibc
import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

@Suite("the file of addresses that have names")
struct AddressFileTests {
  private static let path = "/home/me/addresses.yaml"

  private static func refusal(_ text: String) -> String? {
    do throws(StorageError) {
      _ = try AddressFile(parsing: text, path: path)
      return nil
    } catch {
      return error.code == .invalidRequest ? error.message : "\(error.code)"
    }
  }

  @Test("every member of a name is read, and what is left out is open")
  func whole() throws {
    let file = try AddressFile(
      parsing: """
        # ours
        orders:
          address: s3://shop-orders/2024/
          endpoint: https://s3.example
          region: ap-northeast-1
          profile: reader
          credentials: instance-role
          path-style: true
          request-payer: true
        orders-sh:
          address: "oss://shop-orders-sh"
        nas_1: {address: file:///mnt/nas}
        """, path: Self.path)
    var orders = NamedAddress(try StoreAddress(parsing: "s3://shop-orders/2024/"))
    (orders.endpoint, orders.region, orders.profile) = ("https://s3.example", "ap-northeast-1", "reader")
    (orders.credentials, orders.pathStyle, orders.requesterPays) = (.instanceRole, true, true)
    #expect(file.names == ["nas_1", "orders", "orders-sh"])
    #expect(try file.address("orders") == orders)
    #expect(
      try file.address("orders-sh") == NamedAddress(try StoreAddress(parsing: "oss://shop-orders-sh")))
    #expect(try file.address("nas_1").address.bucket == "/mnt/nas")
    #expect(throws: StorageError.self) { try file.address("order") }
    #expect(try AddressFile(parsing: "", path: Self.path).names == [])
    #expect(try AddressFile(parsing: "# nothing yet\n", path: Self.path).names == [])
  }

  @Test(
    "what is not exactly that is refused with its line and cause",
    arguments: [
      ("a: b: c", "it is not YAML"), ("a: [", "it is not YAML"), ("\u{1}", "it is not YAML"),
      ("a: {address: s3://bbb}\na: {address: s3://ccc}", "or names the same twice"),
      ("a: {address: s3://bbb, address: s3://ccc}", "or names the same twice"),
      ("- a", "it is no mapping of names"), ("word", "it is no mapping of names"),
      ("a/b: {address: s3://bbb}", "line 1 is not valid: a/b is no name"),
      ("s3: \n'': {address: s3://bbb}", "s3 is no mapping with an address"),
      ("a: s3://bbb", "a is no mapping with an address"),
      ("a: {region: x}", "a has no address; write address: s3://bucket/prefix"),
      ("a:\n  address: ftp://bbb", "line 2 is not valid: a: the address ftp://bbb is not valid: the scheme"),
      ("a:\n  address: [s3://bbb]", "address of a is no text"),
      ("a:\n  address: s3://bbb\n  regoin: x", "line 3 is not valid: regoin of a means nothing"),
      ("a:\n  address: s3://bbb\n  path-style: yes", "path-style of a is neither true nor false"),
      ("a:\n  address: s3://bbb\n  credentials: magic", "credentials of a is none of auto,"),
      (
        "x: &b {address: s3://bbb}\na: {<<: *b, region: x}", "<< of a means nothing"
      ),
    ])
  func refused(_ text: String, _ cause: String) {
    let refusal = Self.refusal(text)
    #expect(refusal?.contains(cause) == true, "\(refusal ?? "taken")")
    #expect(refusal?.contains(Self.path) == true)
  }

  @Test(
    "credentials are refused by the member's name, and their value is in no message",
    arguments: ["secret-access-key", "access_key_id", "AccessKeySecret", "session-token", "password"])
  func credentials(_ member: String) throws {
    let refusal = try #require(Self.refusal("a:\n  address: s3://bbb\n  \(member): hunter2-hunter2\n"))
    #expect(refusal.contains("credentials never stand in this file") && refusal.contains(member))
    #expect(!refusal.contains("hunter2"))
    let torn = try #require(Self.refusal("a:\n  \(member): hunter2-hunter2\n b: ["))
    #expect(!torn.contains("hunter2"))
  }

  @Test("deep nesting, and many anchors, are refused and end nothing")
  func hostile() {
    for depth in [50, 500, 5000, 100_000] {
      #expect(Self.refusal(String(repeating: "[", count: depth)) != nil)
      #expect(
        Self.refusal("a: " + String(repeating: "{b: ", count: depth) + String(repeating: "}", count: depth))
          != nil)
    }
    let laughs = (1...12).map { "l\($0): [\(String(repeating: "*a\($0 - 1), ", count: 9))x]" }
    let anchored = zip(1..., laughs).map { $1.replacing(": [", with: ": &a\($0) [") }
    #expect(Self.refusal("l0: &a0 x\n" + anchored.joined(separator: "\n")) != nil)
  }

  @Test(
    "a file that others can read or write is refused, whoever they are",
    arguments: [
      (0o600, true), (0o400, true), (0o640, false), (0o604, false), (0o620, false), (0o602, false),
      (0o610, false), (0o644, false), (0o666, false), (0o777, false),
    ])
  func modes(_ mode: Int, _ isTaken: Bool) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/addresses.yaml"
    try Data("a: {address: s3://bbb}\n".utf8).write(to: URL(fileURLWithPath: path))
    try #require(chmod(path, mode_t(mode)) == 0)
    if isTaken { return #expect(try AddressFile.read(path)?.names == ["a"]) }
    let error = #expect(throws: StorageError.self) { try AddressFile.read(path) }
    let octal = String(mode, radix: 8)
    #expect(error?.code == .invalidRequest)
    #expect(error?.message.contains("is open to others (mode 0\(octal))") == true, "\(error?.message ?? "")")
    #expect(error?.message.contains("chmod 600") == true)
  }

  @Test("no file is no error, and what is no file is one; a link is judged by what it leads to")
  func kinds() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/addresses.yaml"
    #expect(try AddressFile.read(path) == nil)
    #expect(try AddressFile.read(path + "/below") == nil)
    #expect(throws: StorageError.self) { try AddressFile.read(folder.path) }
    let fifo = folder.path + "/fifo"
    try #require(mkfifo(fifo, 0o600) == 0)
    #expect(throws: StorageError.self) { try AddressFile.read(fifo) }
    let target = folder.path + "/target"
    try Data("a: {address: s3://bbb}\n".utf8).write(to: URL(fileURLWithPath: target))
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: target)
    try #require(chmod(target, 0o644) == 0)
    #expect(throws: StorageError.self) { try AddressFile.read(path) }
    try #require(chmod(target, 0o600) == 0)
    #expect(try AddressFile.read(path)?.names == ["a"])
    try Data([0x61, 0x3a, 0xff]).write(to: URL(fileURLWithPath: target))
    try #require(chmod(target, 0o600) == 0)
    #expect(throws: StorageError.self) { try AddressFile.read(path) }
    try Data(repeating: 0x23, count: 2 << 20).write(to: URL(fileURLWithPath: target))
    try #require(chmod(target, 0o600) == 0)
    #expect(throws: StorageError.self) { try AddressFile.read(path) }
  }
}
