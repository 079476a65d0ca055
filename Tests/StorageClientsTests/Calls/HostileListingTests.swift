import ObjectStorage
import StorageTesting
import Testing

@testable import StorageClients

@Suite struct HostileListingTests {
  struct File: Decodable { var vectors: [Vector] }

  struct Vector: Decodable, Sendable, CustomTestStringConvertible {
    enum Piece: Decodable, Sendable {
      case text(String)
      case count(Int)

      init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do { self = .count(try container.decode(Int.self)) } catch {
          self = .text(try container.decode(String.self))
        }
      }
    }
    var id: String
    var verdict: String
    var keys: [String]?
    var dialect: String?
    var doc: String?
    var doc_hex: String?
    var build: [[Piece]]?
    var sent_token: String?
    var testDescription: String { id }

    var document: [UInt8] {
      if let doc { return Array(doc.utf8) }
      if let doc_hex {
        let digits = Array(doc_hex.utf8)
        return stride(from: 0, to: digits.count - 1, by: 2).compactMap {
          UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
        }
      }
      var bytes: [UInt8] = []
      for pieces in build ?? [] {
        guard pieces.count == 2, case .text(let text) = pieces[0], case .count(let count) = pieces[1] else {
          continue
        }
        for index in 0..<count where bytes.count <= DocumentLimit.listing {
          if text.utf8.count == 1, let byte = text.utf8.first {
            bytes += [UInt8](repeating: byte, count: count)
            break
          }
          bytes.append(
            contentsOf: text.contains("{") ? text.replacing("{i}", with: String(index)).utf8 : text.utf8)
        }
      }
      return bytes
    }
  }

  static let vectors = (try? Fixtures.decode(File.self, "hostile_listings.json"))?.vectors ?? []

  @Test("the vectors are there")
  func present() { #expect(!Self.vectors.isEmpty) }

  @Test("a page is believed whole or refused whole", arguments: vectors)
  func verdict(_ vector: Vector) throws {
    let document = vector.document
    for dialect in vector.dialect.map({ [$0] }) ?? ["s3", "oss"] {
      let keys = read(document, dialect, sentToken: vector.sent_token)
      switch vector.verdict {
      case "accept", "accept-warn": #expect(keys == vector.keys, "\(dialect)")
      case "reject": #expect(keys == nil, "\(dialect)")
      default: #expect(keys == nil || vector.keys == nil || keys == vector.keys, "\(dialect)")
      }
    }
  }

  /// The keys, or nil where the page was refused.
  private func read(_ document: [UInt8], _ dialect: String, sentToken: String?) -> [String]? {
    guard document.count <= DocumentLimit.listing else { return nil }
    let asked = ListingQuestion(
      bucket: "b", prefix: ObjectKey(""), position: sentToken.map { .token($0) })
    do throws(StorageError) {
      let page =
        try dialect == "s3"
        ? S3Documents.listing(document, asked: asked) : OSSDocuments.listing(document, asked: asked, .two)
      return page.objects.map { $0.key.text ?? "not UTF-8" }
    } catch {
      #expect(error.code == .malformedAnswer)
      return nil
    }
  }
}
