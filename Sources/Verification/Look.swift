import AuditLedger
import Checksums
import ObjectStorage

/// What is known of one object while it is looked at.
struct Look: Sendable {
  let pair: AuditPair
  let source: ObjectAttributes
  private(set) var destination: ObjectAttributes?
  var file: CaseFile
  /// How the source is cut, as far as that is known.
  var parts: KnownParts?
  /// What was read already, so that nothing is read twice.
  var readings: Set<ReadingKind> = []
  var bytesRead: Int64 = 0
  var notes: [String] = []
  private(set) var metadata: MetadataVerdict?
  private let clock: RunClock

  init(_ pair: AuditPair, _ source: ObjectAttributes, source kind: StoreLocation.Kind, clock: RunClock) {
    self.pair = pair
    self.source = source
    self.clock = clock
    file = CaseFile(
      listed: pair.source.generation.filled(from: source.generation), destination: nil, evidence: [],
      streamedBytes: nil, sourceMD5IsCertain: kind != .oss, destinationMD5IsCertain: false)
    file.sourceIsEncrypted = source.hasOpaqueETag
    add(source.published, .source, .reported)
  }

  mutating func add(destination attributes: ObjectAttributes, kind: StoreLocation.Kind) {
    destination = attributes
    file.destination = attributes.generation
    file.destinationMD5IsCertain = kind != .oss
    if let written = pair.written, !written.contentMD5WasChecked, written.stands(as: attributes.generation) {
      // What this job sent as the source's MD5 comes back from a store that need not have computed it.
      file.contentMD5 = source.checksum(.md5)
    }
    add(attributes.published, .destination, .reported)
    metadata = MetadataComparison.compare(source.metadata, with: attributes.metadata)
  }

  mutating func add(_ checksums: [Checksum], _ side: Side, _ origin: Origin) {
    guard let generation = side == .source ? file.listed : file.destination else { return }
    let now = clock.now()
    file.evidence += checksums.map {
      Evidence(side: side, origin: origin, checksum: $0, generation: generation, observedAt: now)
    }
  }

  /// A row that names no size or tag is taken to speak of what stands there now: it says nothing else.
  mutating func add(imported digests: [ImportedDigest]) {
    for digest in digests {
      guard let known = digest.side == .source ? file.listed : file.destination else { continue }
      let generation = Generation(
        eTag: digest.eTag ?? known.eTag, versionID: digest.versionID, size: digest.size ?? known.size,
        lastModifiedAt: digest.modifiedAt)
      file.evidence.append(
        Evidence(
          side: digest.side, origin: .imported, checksum: digest.checksum, generation: generation,
          observedAt: clock.now()))
      let other = generation.contradicts(known) ? ", of another generation" : ""
      notes.append(
        "\(digest.checksum.algorithm.rawValue) imported from \(digest.file), line \(digest.line)\(other)")
    }
  }

  /// Adds another comparison of what travels with the bytes.
  mutating func add(_ verdict: MetadataVerdict) {
    guard case .differs(let more) = verdict else { return }
    if case .differs(let fields) = metadata {
      metadata = .differs(fields + more)
    } else {
      metadata = verdict
    }
  }

  func verified(_ verdict: Verdict) -> VerifiedObject {
    VerifiedObject(
      verdict: verdict, evidence: file.evidence, source: file.listed, destination: file.destination,
      metadata: metadata,
      wasRead: !readings.isEmpty, bytesRead: bytesRead,
      requestIDs: [source.requestID, destination?.requestID].compactMap(\.self),
      notes: notes)
  }
}

extension ObjectAttributes {
  /// Whether an encryption is shown under which an ETag is no digest.
  var hasOpaqueETag: Bool {
    guard let encryption else { return false }
    return encryption.uppercased() != "AES256"
  }
}
