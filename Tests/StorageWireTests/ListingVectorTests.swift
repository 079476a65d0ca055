import Checksums
import ObjectStorage
import StorageTesting
import StorageWire
import Testing

/// One answer of `hostile_listings.json`.
struct HostileListing: Decodable, Sendable, CustomTestStringConvertible {
  struct Piece: Decodable, Sendable {
    var text: String
    var count: Int

    init(from decoder: any Decoder) throws {
      var pair = try decoder.unkeyedContainer()
      text = try pair.decode(String.self)
      count = try pair.decode(Int.self)
    }
  }

  var id: String
  var verdict: String
  var dialect: String?
  var keys: [String]?
  var doc: String?
  var doc_hex: String?
  var build: [Piece]?

  var testDescription: String { id }

  func document() throws -> [UInt8] {
    if let doc_hex { return try #require(decodeHex(doc_hex)) }
    if let doc { return Array(doc.utf8) }
    var bytes: [UInt8] = []
    for piece in try #require(build) {
      let parts = piece.text.split(separator: "{i}", omittingEmptySubsequences: false)
      for index in 0..<piece.count { bytes += parts.joined(separator: String(index)).utf8 }
    }
    return bytes
  }
}

private struct HostileListings: Decodable {
  var vectors: [HostileListing]
}

func parse(_ document: [UInt8], _ request: ListingRequest, chunk: Int = 1 << 16) throws(StorageError)
  -> ListingPage
{
  let parser = ListingParser(request)
  for start in stride(from: 0, to: document.count, by: chunk) {
    try parser.feed(Array(document[start..<min(start + chunk, document.count)]))
  }
  return try parser.finish()
}

@Suite("listings that want to deceive")
struct ListingVectorTests {
  static let vectors: [HostileListing] =
    (try? Fixtures.decode(HostileListings.self, "hostile_listings.json").vectors) ?? []

  private func request(_ encoding: ListingRequest.Encoding, _ paging: ListingRequest.Paging) -> ListingRequest
  {
    ListingRequest(
      bucket: "b", scope: ListScope(ObjectKey(""), isDelimited: true), position: .token("SAME"),
      encoding: encoding, paging: paging)
  }

  @Test("the vectors are there")
  func present() {
    #expect(!Self.vectors.isEmpty)
  }

  @Test("every answer gets its verdict, in one piece and byte by byte", arguments: vectors)
  func verdict(_ vector: HostileListing) throws {
    let document = try vector.document()
    let dialects: [ListingRequest.Encoding] =
      switch vector.dialect {
      case "s3": [.plusIsSpace]
      case "oss": [.plusIsPlus]
      default: [.plusIsSpace, .plusIsPlus]
      }
    for encoding in dialects {
      for chunk in [1 << 16, document.count < 10_000 ? 1 : 1 << 12] {
        try check(vector, document, request(encoding, .tokens), chunk)
      }
    }
  }

  private func check(_ vector: HostileListing, _ document: [UInt8], _ request: ListingRequest, _ chunk: Int)
    throws
  {
    let expected = (vector.keys ?? []).map { ObjectKey($0) }
    do {
      let page = try parse(document, request, chunk: chunk)
      #expect(vector.verdict != "reject", "accepted \(page.objects.map(\.key.shown))")
      #expect(page.objects.map(\.key) == expected)
    } catch {
      #expect(["reject", "either", "reject-or-accept"].contains(vector.verdict), "refused: \(error)")
      #expect(error.code == .malformedAnswer)
    }
  }
}
