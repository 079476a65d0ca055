import AuditLedger
import Checksums
import ObjectStorage

/// What can be read to learn more of an object.
enum ReadingKind: Hashable, Sendable {
  case source
  case destination
}

extension ObjectVerifier {
  /// What to read next; nil where the verdict stands or nothing more may be read.
  ///
  /// The destination first where the source publishes a digest: the side that is paid for is then not read at all.
  func nextReading(_ look: Look, _ verdict: Verdict, mustRead: Bool) -> ReadingKind? {
    guard let destinationSize = look.destination?.size, destinationSize == look.source.size else {
      return nil
    }
    switch verdict {
    case .mismatched, .missing: return nil
    case .verified where !mustRead: return nil
    case .verified, .unverifiable: break
    }
    let sourceIsKnown = hasDigest(look) || look.readings.contains(.source)
    let order: [ReadingKind] = sourceIsKnown ? [.destination, .source] : [.source, .destination]
    return order.first { !look.readings.contains($0) && isUseful($0, look) }
  }

  private func hasDigest(_ look: Look) -> Bool {
    !sourceDigests(look).isEmpty
  }

  private func isUseful(_ kind: ReadingKind, _ look: Look) -> Bool {
    switch kind {
    case .source: return settings.reading.allows(.source, of: source.location.kind)
    case .destination:
      // Bytes of one side alone, with nothing of the other to compare them with, say nothing.
      return settings.reading.allows(.destination, of: destination.location.kind)
        && (hasDigest(look) || look.readings.contains(.source))
    }
  }

  private func sourceDigests(_ look: Look) -> [Checksum] {
    look.file.evidence.filter { $0.side == .source && [.listed, .reported, .imported].contains($0.origin) }
      .map(\.checksum)
  }

  func run(_ kind: ReadingKind, into look: inout Look) async throws(VerificationFailure) {
    look.readings.insert(kind)
    switch kind {
    case .source: try await readSource(&look)
    case .destination: try await readDestination(&look)
    }
  }

  /// Computes what the destination says of itself, and CRC-64/XZ for the case that it has to be read too.
  private func readSource(_ look: inout Look) async throws(VerificationFailure) {
    let published = look.destination?.checksums ?? []
    var algorithms: [ChecksumAlgorithm] = [.crc64xz]
    if look.readings.contains(.destination) == false, let best = cheapest(published), best != .crc64xz {
      algorithms.append(best)
    }
    let (key, attributes) = (look.pair.source.key, look.source)
    let request = DigestRequest(algorithms: algorithms)
    let reading = try await on(.source) { () throws(StorageError) in
      try await reader.read(source, key, attributes, request)
    }
    look.bytesRead += reading.bytes
    look.add(reading.checksums, .source, .readBack)
  }

  private func readDestination(_ look: inout Look) async throws(VerificationFailure) {
    guard let attributes = look.destination else { return }
    var request = DigestRequest(algorithms: [.crc64xz])
    let known = sourceDigests(look)
    var goal: Checksum?
    if let best = cheapest(known.filter { $0.partCount == nil }) {
      if best != .crc64xz { request.algorithms.append(best) }
    } else if let composite = PartDiscovery.goal(among: known) {
      goal = composite
      look.parts = try await knownParts(look, composite)
      request.boundaries = look.parts?.candidates ?? []
      if composite.algorithm != .multipartETag {
        request.partAlgorithm = composite.algorithm
        // Reading the destination once for every guess would cost more than reading the source.
        request.boundaries = Array(request.boundaries.prefix(1))
      }
    }
    let reading = try await read(request, of: attributes, &look)
    look.add(reading.checksums, .destination, .readBack)
    if let goal { try await settle(goal, reading.rebuilt, attributes, &look) }
  }

  private func read(
    _ request: DigestRequest, of attributes: ObjectAttributes, _ look: inout Look
  ) async throws(VerificationFailure) -> DigestReading {
    let key = look.pair.destinationKey
    let reading = try await on(.destination) { () throws(StorageError) in
      try await reader.read(destination, key, attributes, request)
    }
    look.bytesRead += reading.bytes
    return reading
  }

  /// Takes a rebuilt ETag that fits as evidence; one that does not fit only where the cut is the source's for sure.
  private func settle(
    _ goal: Checksum, _ rebuilt: [Checksum], _ attributes: ObjectAttributes, _ look: inout Look
  ) async throws(VerificationFailure) {
    if rebuilt.contains(goal) { return look.add([goal], .destination, .readBack) }
    guard let assumed = look.parts else { return }
    var told = assumed.authority == .store ? assumed.candidates.first : nil
    if told == nil {
      let (key, source) = (look.pair.source.key, look.source)
      told = try await on(.source) { () throws(StorageError) in
        try await PartDiscovery(store: self.source, retrying: retrying)
          .confirmed(
            key, size: source.size, goal: goal, eTag: source.eTag,
            hasToldFirst: assumed.authority == .firstPart)
      }
    }
    guard let told else { return }
    look.file.partSizesAreTheSources = true
    if let place = assumed.candidates.firstIndex(of: told), rebuilt.indices.contains(place) {
      return look.add([rebuilt[place]], .destination, .readBack)
    }
    look.parts = KnownParts(candidates: [told], authority: .store)
    var request = DigestRequest(algorithms: [.crc64xz], boundaries: [told])
    if goal.algorithm != .multipartETag { request.partAlgorithm = goal.algorithm }
    let again = try await read(request, of: attributes, &look)
    look.add(again.rebuilt, .destination, .readBack)
  }

  private func knownParts(_ look: Look, _ goal: Checksum) async throws(VerificationFailure) -> KnownParts {
    let (key, attributes) = (look.pair.source.key, look.source)
    return try await on(.source) { () throws(StorageError) in
      try await PartDiscovery(store: source, retrying: retrying)
        .parts(of: key, size: attributes.size, goal: goal, eTag: attributes.eTag)
    }
  }

  /// The algorithm that costs least of those that the digests offer; 32 bits only where there is nothing longer.
  private func cheapest(_ checksums: [Checksum]) -> ChecksumAlgorithm? {
    let order: [ChecksumAlgorithm] = [.crc64xz, .crc64nvme, .md5, .sha256, .sha1, .crc32c, .crc32]
    return order.first { algorithm in
      checksums.contains { $0.algorithm == algorithm && $0.partCount == nil }
    }
  }
}
