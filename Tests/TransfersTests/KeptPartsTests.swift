import AuditLedger
import Checksums
import ObjectStorage
import StorageTesting
import Testing

@testable import Transfers

@Suite("which parts of an upload need not be sent again")
struct KeptPartsTests {
  static let bytes = Array("the bytes of a part".utf8)
  static let md5 = Checksum.of(bytes, .md5)
  static let crc = Checksum.of(bytes, .crc64xz)
  static let other = Checksum.of([1], .md5)

  /// A row of the ledger, what the destination shows, and whether the part is kept.
  struct Case: CustomTestStringConvertible, Sendable {
    var testDescription: String
    var row = ByteRange(offset: 0, length: 19).map { range in
      StartedPart(
        stored: StoredPart(number: 1, size: 19, eTag: ETag(md5.hex.uppercased()), checksums: [md5]),
        range: range, streamed: [md5, crc], sourceParts: [])
    }
    var shown: StoredPart? = StoredPart(number: 1, size: 19, eTag: ETag(md5.hex), checksums: [])
    var isKept = false

    func with(_ change: (inout Case) -> Void) -> Case {
      var changed = self
      change(&changed)
      return changed
    }
  }

  static let cases = [
    Case(testDescription: "all the same", isKept: true),
    Case(testDescription: "the store tells the same digest").with {
      $0.shown?.checksums = [crc]
      $0.isKept = true
    },
    Case(testDescription: "the store tells a digest that we do not know").with {
      $0.shown?.checksums = [Checksum.of(bytes, .sha256)]
      $0.isKept = true
    },
    Case(testDescription: "the store tells another digest").with {
      $0.shown?.checksums = [Checksum.of([1], .crc64xz)]
    },
    Case(testDescription: "not there").with { $0.shown = nil },
    Case(testDescription: "another number").with { $0.shown?.number = 2 },
    Case(testDescription: "another size").with { $0.shown?.size = 18 },
    Case(testDescription: "another ETag").with { $0.shown?.eTag = ETag(other.hex) },
    Case(testDescription: "no row").with { $0.row?.stored.number = 2 },
    Case(testDescription: "another range").with {
      if let range = ByteRange(offset: 1, length: 19) { $0.row?.range = range }
    },
    Case(testDescription: "a digest that is needed now was not computed").with { $0.row?.streamed = [crc] },
    Case(testDescription: "digests of the source's parts that nobody asks for").with {
      $0.row?.sourceParts = [md5]
    },
  ]

  @Test("the ledger's row and the destination have to agree", arguments: cases)
  func agreed(_ one: Case) {
    let layout = PartLayout(size: 19, wanted: 100, WriteLimits(minimumPart: 1))
    let kept = KeptParts.of(
      layout, rows: [one.row].compactMap(\.self), shown: [one.shown].compactMap(\.self),
      algorithms: [.md5, .crc64xz],
      partAlgorithm: .md5)
    #expect(kept.count == (one.isKept ? 1 : 0))
    #expect(kept.allSatisfy { $0.size == 19 && $0.streamed == one.row?.streamed && $0.bytesSent == 0 })
  }

  @Test("a part along the source's cut needs the digest of each of the source's parts")
  func along() throws {
    let cut = try #require(PartBoundaries(objectSize: 19, sizes: [10, 9]))
    let layout = try #require(PartLayout(along: cut, wanted: 100, WriteLimits(minimumPart: 1)))
    let sha = Checksum.of(Self.bytes, .sha256)
    for (digests, algorithm, isKept) in [
      ([Self.md5, Self.md5], .md5, true), ([Self.md5], .md5, false), ([], .md5, false),
      ([sha, sha], .md5, false), ([sha, sha], .sha256, true),
    ] as [([Checksum], ChecksumAlgorithm, Bool)] {
      let one = Case(testDescription: "").with { $0.row?.sourceParts = digests }
      let kept = KeptParts.of(
        layout, rows: [one.row].compactMap(\.self), shown: [one.shown].compactMap(\.self),
        algorithms: [.crc64xz],
        partAlgorithm: algorithm)
      #expect(kept.map(\.sourceDigests) == (isKept ? [digests] : []))
    }
  }

  @Test("the words for a cut are equal for equal cuts only")
  func words() throws {
    let limits = WriteLimits(minimumPart: 10)
    #expect(PartLayout(size: 95, wanted: 20, limits).text == "4*20 1*15")
    #expect(PartLayout(size: 80, wanted: 20, limits).text == "4*20")
    #expect(PartLayout(size: 5, wanted: 20, limits).text == "1*5")
    let cuts = [[10, 10, 10, 30, 5, 5, 5, 20], [20, 10, 30, 5, 5, 5, 20], [20, 10, 30, 15, 20]]
    let words = try cuts.map { sizes in
      let cut = try #require(PartBoundaries(objectSize: 95, sizes: sizes.map { Int64($0) }))
      return try #require(PartLayout(along: cut, wanted: 20, limits)).text
    }
    #expect(words[0] == "1*20=2*10 1*10=1*10 1*30=1*30 1*15=3*5 1*20=1*20")
    #expect(Set(words).count == cuts.count)
  }
}
