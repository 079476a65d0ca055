import Foundation
import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

@Suite("addresses that were damaged", .timeLimit(.minutes(2)))
struct AddressMutationTests {
  static let addresses = [
    "s3://shop-orders/2024/", "oss://shop-orders-sh", "file:///mnt/nas/shop", "s3://b.c.d/ä/%2F",
  ]
  static let endpoints = [
    "https://s3.eu-west-1.amazonaws.com", "http://127.0.0.1:9000", "https://[::1]:9000/",
    "http://store.example:80",
    "https://user:markersecret@store.example",
  ]
  static let words = [
    "://", "@", "markersecret@", "..", "/../", "[", "]", ":0", ":65536", "#", "?x=y", "\u{0}", "\u{202e}",
    "http://",
    "localhost", "127.0.0.1", "%00", "\u{1b}[2J",
  ]

  private func texts(_ samples: [String], _ body: (Int, String) throws -> Void) rethrows {
    for seed in 0..<8000 {
      var mutator = Mutator(seed: UInt64(seed), words: Self.words)
      try body(seed, String(decoding: mutator.damaged(samples.map { Array($0.utf8) }), as: UTF8.self))
    }
  }

  private func isShown(_ text: String) -> Bool {
    text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F && $0.value != 0x202E }
  }

  @Test("an address that is taken says where its parts stand in it, and one that is not is shown safely")
  func addresses() throws {
    var (taken, refused) = (0, 0)
    texts(Self.addresses) { seed, text in
      do throws(StorageError) {
        let address = try StoreAddress(parsing: text)
        taken += 1
        let rest = address.kind == .directory ? address.bucket : "\(address.bucket)"
        let scheme = address.kind == .directory ? "file" : address.kind.rawValue
        let whole = Array("\(scheme)://\(rest)".utf8)
        let prefix = address.prefix.bytes
        let (bytes, slash) = (Array(text.utf8), [UInt8(ascii: "/")])
        #expect(bytes == whole + prefix || bytes == whole + slash + prefix, "seed \(seed)")
        #expect(address.kind == .directory || !rest.contains("/"), "seed \(seed)")
        #expect(isShown("\(address)"), "seed \(seed)")
      } catch {
        refused += 1
        #expect(error.code == .invalidRequest && isShown(error.message), "seed \(seed)")
      }
    }
    #expect(taken > 500 && refused > 500, "\(taken) taken, \(refused) refused")
  }

  @Test("an endpoint that is taken is read again as itself, is safe, and no refusal repeats a password")
  func endpoints() throws {
    var (taken, refused) = (0, 0)
    try texts(Self.endpoints) { seed, text in
      do throws(StorageError) {
        let origin = try HTTPOrigin(endpoint: text)
        taken += 1
        #expect(origin.scheme == .https || origin.isLoopback, "seed \(seed): \(text)")
        #expect((1...65_535).contains(origin.port), "seed \(seed): \(text)")
        #expect(
          isShown(origin.url) && !origin.host.contains("@") && !origin.host.contains("/"), "seed \(seed)")
      } catch {
        refused += 1
        #expect(isShown(error.message), "seed \(seed)")
        let isPassword = text.contains("markersecret@")
        #expect(!isPassword || !error.message.contains("markersecret"), "seed \(seed): \(error.message)")
        return
      }
      let origin = try HTTPOrigin(endpoint: text)
      #expect(try HTTPOrigin(endpoint: origin.url) == origin, "seed \(seed): \(text)")
    }
    #expect(taken > 500 && refused > 500, "\(taken) taken, \(refused) refused")
  }
}
