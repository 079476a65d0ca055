import AuditLedger
import Checksums
import ObjectStorage
import Testing
import Verification

private let md5 = "9e107d9d372bb6826bd81d3542a419d6"
private let other = "e4d909c290d0fb1ca068ffaddf22cbd0"

private func at(_ seconds: Int64) -> Timestamp {
  Timestamp(millisecondsSinceEpoch: 1_700_000_000_000 + seconds * 1000)
}

/// What is known of a key, and how far that settles it.
private struct Known: Sendable, CustomTestStringConvertible {
  enum Expected: Sendable, Equatable {
    case stands
    case recheck
    case sourceGone
    case open
    case judged(Row.Expected)
  }

  var testDescription: String
  var source: (eTag: String?, size: Int64, changed: Int64?) = (md5, 3, 0)
  var sourceIsThere = true
  var destination: (eTag: String?, size: Int64, changed: Int64?)? = (md5, 3, 0)
  var destinationType: String?
  /// The ETags that were proven; the rest as `source` and `destination` say unless changed below.
  var earlier: (source: String?, destination: String?)?
  var earlierChanged: (source: Int64?, destination: Int64?) = (0, 0)
  var earlierSize: Int64 = 3
  var earlierProof = Proof.endToEnd
  var restsOnImported = false
  var accepts = false
  /// What this job sent: its ETag, and whether its MD5 was checked.
  var written: (eTag: String, wasChecked: Bool)?
  var takesInventories = false
  var isExcluded = false
  var mustLook = false
  var required = RequiredProof.auto
  var expected: Expected

  var pair: AuditPair {
    func listed(_ row: (eTag: String?, size: Int64, changed: Int64?), _ type: String?) -> ListedObject {
      ListedObject(
        key: ObjectKey("k"), size: row.size, eTag: row.eTag.map { ETag($0) },
        lastModifiedAt: row.changed.map(at), objectType: type)
    }
    func proven(_ eTag: String?, _ changed: Int64?) -> Generation {
      Generation(eTag: eTag.map { ETag($0) }, size: earlierSize, lastModifiedAt: changed.map(at))
    }
    return AuditPair(
      source: listed(source, nil), sourceIsThere: sourceIsThere, destinationKey: ObjectKey("k"),
      destination: destination.map { listed($0, destinationType) },
      earlier: earlier.map {
        EarlierProof(
          proof: earlierProof, provenAt: at(0), source: proven($0.source, earlierChanged.source),
          destination: proven($0.destination, earlierChanged.destination), sourceHadDigest: true,
          restsOnImported: restsOnImported)
      },
      written: written.map {
        WrittenCopy(Generation(eTag: ETag($0.eTag), size: 3), contentMD5WasChecked: $0.wasChecked)
      }, isExcluded: isExcluded)
  }
}

private func comparison(_ row: Known) -> ListedComparison {
  ListedComparison(
    policy: VerificationPolicy(required: row.required),
    audit: AuditRecord(
      id: 1,
      settings: AuditSettings(
        reading: "none", required: "auto", acceptsImported: row.accepts,
        takesInventories: row.takesInventories), startedAt: at(50), sourceListedAt: at(20),
      destinationListedAt: at(10)))
}

@Suite("how far listings settle a key")
struct ListedComparisonTests {
  private static let table: [Known] = [
    Known(testDescription: "left out by the plan", destination: nil, isExcluded: true, expected: .stands),
    // Nothing known from before.
    Known(testDescription: "equal ETags", expected: .judged(.verified(.endToEnd))),
    Known(testDescription: "equal ETags, and it is to be looked at", mustLook: true, expected: .open),
    Known(testDescription: "other ETags", destination: (other, 3, 0), expected: .open),
    Known(testDescription: "absent", destination: nil, expected: .judged(.missing)),
    Known(
      testDescription: "absent, and it is to be looked at", destination: nil, mustLook: true,
      expected: .judged(.missing)),
    Known(testDescription: "other size", destination: (md5, 4, 0), expected: .judged(.mismatched)),
    Known(
      testDescription: "other size, and it is to be looked at", destination: (md5, 4, 0), mustLook: true,
      expected: .judged(.mismatched)),
    Known(testDescription: "gone from the source", sourceIsThere: false, expected: .sourceGone),
    Known(
      testDescription: "no bytes", source: (md5, 0, 0), destination: (nil, 0, 0),
      expected: .judged(.verified(.endToEnd))),
    // Proven before.
    Known(
      testDescription: "proven and unchanged", destination: (other, 3, 0), earlier: (md5, other),
      expected: .stands),
    Known(
      testDescription: "proven, and it is to be looked at", destination: (other, 3, 0),
      earlier: (md5, other), mustLook: true, expected: .open),
    Known(
      testDescription: "proven, and the time was not known then", destination: (other, 3, 0),
      earlier: (md5, other), earlierChanged: (nil, nil), expected: .stands),
    Known(
      testDescription: "proven, the source has another ETag", destination: (other, 3, 0),
      earlier: ("1\(md5.dropFirst())", other), expected: .open),
    Known(
      testDescription: "proven, the destination has another ETag", destination: (other, 3, 0),
      earlier: (md5, "1\(other.dropFirst())"), expected: .open),
    Known(
      testDescription: "proven of another size", destination: (other, 3, 0), earlier: (md5, other),
      earlierSize: 4, expected: .open),
    Known(
      testDescription: "proven, the source was written again", destination: (other, 3, 0),
      earlier: (md5, other), earlierChanged: (-9, 0), expected: .recheck),
    Known(
      testDescription: "proven, the destination was written again", destination: (other, 3, 0),
      earlier: (md5, other), earlierChanged: (0, -9), expected: .recheck),
    Known(
      testDescription: "proven, an ETag of the source that is no digest", source: ("opaque", 3, 0),
      destination: (other, 3, 0), earlier: ("opaque", other), expected: .recheck),
    Known(
      testDescription: "proven, an ETag of the destination that is no digest",
      destination: ("opaque", 3, 0), earlier: (md5, "opaque"), expected: .recheck),
    Known(
      testDescription: "proven, an object that can be appended to", destination: (other, 3, 0),
      destinationType: "Appendable", earlier: (md5, other), expected: .recheck),
    Known(
      testDescription: "proven, without ETags, unchanged", source: (nil, 3, 0), destination: (nil, 3, 0),
      earlier: (nil, nil), expected: .recheck),
    Known(
      testDescription: "proven, without ETags, written again", source: (nil, 3, 0),
      destination: (nil, 3, 0), earlier: (nil, nil), earlierChanged: (-9, 0), expected: .open),
    Known(
      testDescription: "proven, without ETags, at times that nobody knows", source: (nil, 3, nil),
      destination: (nil, 3, nil), earlier: (nil, nil), expected: .open),
    Known(
      testDescription: "proven, without an ETag at the source, whose time was not known then",
      source: (nil, 3, 0), destination: (other, 3, 0), earlier: (nil, other), earlierChanged: (nil, 0),
      expected: .open),
    Known(
      testDescription: "proven, gone from the destination since", destination: nil, earlier: (md5, md5),
      expected: .judged(.missing)),
    Known(
      testDescription: "proven, the destination has another size since", destination: (md5, 4, 0),
      earlier: (md5, md5), expected: .judged(.mismatched)),
    Known(
      testDescription: "proven less than is required", destination: (other, 3, 0), earlier: (md5, other),
      required: .readBack, expected: .open),
    Known(
      testDescription: "read back, as required", destination: (other, 3, 0), earlier: (md5, other),
      earlierProof: .readBack, required: .readBack, expected: .stands),
    Known(
      testDescription: "stored as received, where the source had a digest", destination: (other, 3, 0),
      earlier: (md5, other), earlierProof: .streamed, expected: .open),
    // Gone from the source.
    Known(
      testDescription: "gone, proven, the destination unchanged", sourceIsThere: false,
      earlier: (md5, md5), expected: .stands),
    Known(
      testDescription: "gone, proven, the destination written again", sourceIsThere: false,
      earlier: (md5, md5), earlierChanged: (0, -9), expected: .recheck),
    Known(
      testDescription: "gone, proven, the destination is another", sourceIsThere: false,
      earlier: (md5, other), expected: .sourceGone),
    Known(
      testDescription: "gone, proven, gone from the destination too", sourceIsThere: false,
      destination: nil, earlier: (md5, md5), expected: .sourceGone),
    Known(
      testDescription: "gone, proven less than is required", sourceIsThere: false, earlier: (md5, md5),
      required: .readBack, expected: .sourceGone),
    Known(
      testDescription: "gone, proven by somebody else's digest", sourceIsThere: false,
      earlier: (md5, md5), restsOnImported: true, expected: .sourceGone),
    // Somebody else's digests.
    Known(
      testDescription: "proven by somebody else's digest, which does not count now",
      destination: (other, 3, 0), earlier: (md5, other), restsOnImported: true, expected: .open),
    Known(
      testDescription: "proven by somebody else's digest, which counts", destination: (other, 3, 0),
      earlier: (md5, other), restsOnImported: true, accepts: true, expected: .stands),
    // Sent by this job.
    Known(testDescription: "equal ETags, sent and never checked", written: (md5, false), expected: .open),
    Known(
      testDescription: "equal ETags, sent and checked", written: (md5, true),
      expected: .judged(.verified(.endToEnd))),
    Known(
      testDescription: "equal ETags, another was sent and never checked", written: (other, false),
      expected: .judged(.verified(.endToEnd))),
    // Inventories of before.
    Known(
      testDescription: "absent in an older inventory, sent by this job", destination: nil,
      written: (md5, true), takesInventories: true, expected: .open),
    Known(
      testDescription: "absent in an older inventory, proven", destination: nil, earlier: (md5, md5),
      takesInventories: true, expected: .recheck),
    Known(
      testDescription: "absent in an older inventory, proven, and it is to be looked at", destination: nil,
      earlier: (md5, md5), takesInventories: true, mustLook: true, expected: .open),
    Known(
      testDescription: "absent in an older inventory, proven less than is required", destination: nil,
      earlier: (md5, md5), takesInventories: true, required: .readBack, expected: .open),
    Known(
      testDescription: "of another size in an older inventory, proven", destination: (other, 4, 0),
      earlier: (md5, md5), takesInventories: true, expected: .recheck),
    Known(
      testDescription: "absent in an older inventory, and never seen", destination: nil,
      takesInventories: true, expected: .judged(.missing)),
    Known(
      testDescription: "of another size in an older inventory, sent by this job",
      destination: (other, 4, 0), written: (md5, true), takesInventories: true, expected: .open),
    Known(
      testDescription: "of another size in an older inventory, and never seen",
      destination: (other, 4, 0), takesInventories: true, expected: .judged(.mismatched)),
    Known(
      testDescription: "as proven in an older inventory", earlier: (md5, md5), takesInventories: true,
      expected: .stands),
    Known(
      testDescription: "equal in an older inventory, another was proven since", earlier: (md5, other),
      takesInventories: true, expected: .recheck),
    Known(
      testDescription: "equal in an older inventory, and never seen", takesInventories: true,
      expected: .judged(.verified(.endToEnd))),
    Known(
      testDescription: "gone, proven, absent in an older inventory", sourceIsThere: false,
      destination: nil, earlier: (md5, md5), takesInventories: true, expected: .recheck),
  ]

  @Test("every row of the table holds", arguments: table)
  private func row(_ row: Known) {
    let found: Known.Expected =
      switch comparison(row).settle(row.pair, mustLook: row.mustLook) {
      case .stands: .stands
      case .recheck: .recheck
      case .sourceGone: .sourceGone
      case .open: .open
      case .judged(let verdict, _): .judged(summary(verdict))
      }
    #expect(found == row.expected)
  }

  @Test("evidence of a listing was seen when the listing began, and is of what was listed")
  func evidence() throws {
    let row = Known(
      testDescription: "", source: (md5, 3, 0), destination: (md5.uppercased(), 3, 5), expected: .open)
    let comparison = comparison(row)
    guard case .judged(_, let evidence) = comparison.settle(row.pair, mustLook: false) else {
      Issue.record("equal ETags settle")
      return
    }
    #expect(evidence.map(\.side) == [.source, .destination])
    #expect(evidence.map(\.observedAt) == [at(20), at(10)])
    #expect(evidence.map(\.origin) == [.listed, .listed])
    let digest = try #require(Checksum(.md5, hex: md5))
    #expect(evidence.map(\.checksum) == [digest, digest])
    #expect(evidence.map(\.generation.lastModifiedAt) == [at(0), at(5)])
    #expect(evidence.map(\.generation.eTag?.text) == [md5, md5.uppercased()])
    #expect(comparison.seenAt == at(10))
  }

  @Test("where no listing has a time, the audit's beginning stands for it")
  func unknownTime() {
    let comparison = ListedComparison(
      policy: VerificationPolicy(),
      audit: AuditRecord(
        id: 1, settings: AuditSettings(reading: "none", required: "auto"), startedAt: at(50)))
    #expect(comparison.seenAt == at(50))
  }
}
