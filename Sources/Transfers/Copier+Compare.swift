public import AuditLedger
import Checksums
import NIOCore
public import ObjectStorage

extension Copier {
  /// Looks at both sides without sending a byte, and without reading the source.
  ///
  /// A directory computes no digest itself, so a file at the destination is read.
  public func compare(_ item: WorkItem) async throws(CopyFailure) -> Observation {
    try await pace.transfer { () throws(CopyFailure) in
      var log = EvidenceLog(clock: retrying.clock)
      let attributes = try await headOfSource(item)
      log.reported(bySource: attributes)
      log.streamed(try await digestsSentBefore(item), of: item.source.generation)
      var observation = try await observedAtDestination(item, log)
      observation.attributes.source = attributes
      return observation
    }
  }

  /// Digests of what an earlier run sent in parts, where every one of them was noted: the destination may have made an
  /// object of them in an answer that never came.
  private func digestsSentBefore(_ item: WorkItem) async throws(CopyFailure) -> [Checksum] {
    guard let started = item.started, started.upload != nil,
      started.source.isSame(as: item.source.generation)
    else { return [] }
    let rows = try await reading { ledger throws(LedgerError) in try await ledger.parts(of: item.source.key) }
    let parts = rows.sorted { $0.stored.number < $1.stored.number }
    var end: Int64 = 0
    for part in parts {
      guard part.range.first == end else { return [] }
      end += part.range.length
    }
    guard !parts.isEmpty, end == item.source.size else { return [] }
    let digests = try PartDigests(
      parts.map {
        CopiedPart(
          stored: $0.stored, size: $0.range.length, streamed: $0.streamed, sourceDigests: [], bytesSent: 0)
      }, nil, nil)
    return digests.whole.filter { digests.partTagsAreMD5s || $0 != digests.uploadETag }
  }

  /// Looks at both sides and reads the source, so that its bytes are compared with the destination's digest.
  public func compareReadingSource(_ item: WorkItem) async throws(CopyFailure) -> Observation {
    try await pace.transfer(of: item.source.size) { () throws(CopyFailure) in
      try await comparedByReading(item)
    }
  }

  private func comparedByReading(_ item: WorkItem) async throws(CopyFailure) -> Observation {
    let (attributes, reading, cut) = try await readSource(item)
    var log = EvidenceLog(clock: retrying.clock)
    log.reported(bySource: attributes)
    let rebuilt = reading.rebuilt.filter { $0 == cut?.goal }
    log.streamed((reading.checksums ?? []) + rebuilt, of: item.source.generation)
    var observation = try await observedAtDestination(item, log)
    observation.streamedBytes = reading.bytes
    if let cut, rebuilt.isEmpty { observation.notes.append(cut.note(triedAll: true)) }
    return observation
  }

  /// Reads the whole source for its digests, once more where its parts turn out to be cut otherwise.
  private func readSource(
    _ item: WorkItem
  ) async throws(CopyFailure) -> (ObjectAttributes, StreamReading, SourceCut?) {
    let (attributes, reading, cut) = try await readSource(item, known: nil)
    guard let cut, cut.parts.authority == .firstPart, !reading.rebuilt.contains(cut.goal),
      let told = try await toldCut(cut, item)
    else { return (attributes, reading, cut) }
    return try await readSource(item, known: KnownParts(candidates: [told], authority: .store))
  }

  private func readSource(
    _ item: WorkItem, known: KnownParts?
  ) async throws(CopyFailure) -> (ObjectAttributes, StreamReading, SourceCut?) {
    try await on(.source) { () throws(StorageError) in
      try await retrying.run { _ throws(StorageError) in
        let download = try await source.get(
          item.source.key, range: nil, ifMatch: item.source.eTag, on: eventLoops.any())
        let cut = try await acceptedCut(item, download, known)
        let plan = DigestPlan(
          source: download.attributes.checksums, destination: destinationKind,
          contentMD5Honoured: false)
        let reading = try await hashed(
          download.body,
          StreamExpectation(
            length: item.source.size, checksums: plan.expected, algorithms: plan.algorithms,
            boundaries: cut?.parts.candidates ?? [], partAlgorithm: cut?.partAlgorithm ?? .md5,
            required: cut?.parts.authority == .store ? cut?.goal : nil))
        return (download.attributes, reading, cut)
      }
    }
  }

  /// Gives the download up where it is another generation, or its cut cannot be asked for.
  private func acceptedCut(
    _ item: WorkItem, _ download: ObjectDownload, _ known: KnownParts?
  ) async throws(StorageError) -> SourceCut? {
    do {
      try requireSame(item.source, download.attributes)
      return try await cut(of: item, download.attributes, known: known)
    } catch let error as StorageError {
      download.body.cancel()
      throw error
    } catch let failure as CopyFailure {
      download.body.cancel()
      throw failure.error
    } catch {
      download.body.cancel()
      throw StorageError(.localFault, "unexpected: \(error)")
    }
  }

  /// Asks the destination for an object; where it said itself that it is there, until it shows it.
  ///
  /// Some stores show a new object later than they let nobody overwrite it.
  func asked<Value: Sendable>(
    isThere: Bool, _ ask: () async throws(StorageError) -> Value
  ) async throws(StorageError) -> Value {
    do {
      return try await retrying.run { _ throws(StorageError) in
        do throws(StorageError) {
          return try await ask()
        } catch  where isThere && error.code == .notFound {
          var late = error
          late.code = .serverFault
          throw late
        }
      }
    } catch  where isThere && error.code == .serverFault && error.httpStatus == 404 {
      var missing = error
      missing.code = .notFound
      throw missing
    }
  }

  /// Adds what a HEAD of the destination says.
  func observedAtDestination(
    _ item: WorkItem, _ log: EvidenceLog, isThere: Bool = false
  ) async throws(CopyFailure) -> Observation {
    var log = log
    var observation = Observation()
    do {
      let (attributes, checksums) = try await asked(isThere: isThere) { () throws(StorageError) in
        try await digestsAtDestination(item)
      }
      log.reported(
        byDestination: checksums, of: attributes.generation, kind: destinationKind)
      observation.destinationSize = attributes.size
      observation.destination = attributes.generation
      observation.attributes.destination = attributes
    } catch  where error.code == .notFound {
      observation.destinationSize = nil
    } catch {
      throw CopyFailure(.destination, error)
    }
    observation.evidence = log.rows
    return observation
  }

  /// What a HEAD of the destination says; nil where it does not have the key.
  public func headOfDestination(_ item: WorkItem) async throws(CopyFailure) -> ObjectAttributes? {
    try await pace.transfer { () throws(CopyFailure) in
      do throws(StorageError) {
        return try await retrying.run { _ throws(StorageError) in
          try await destination.head(item.destinationKey, part: nil)
        }
      } catch  where error.code == .notFound {
        return nil
      } catch {
        throw CopyFailure(.destination, error)
      }
    }
  }

  private func digestsAtDestination(
    _ item: WorkItem
  ) async throws(StorageError) -> (ObjectAttributes, [Checksum]) {
    guard destinationKind == .directory else {
      let attributes = try await destination.head(item.destinationKey, part: nil)
      return (attributes, attributes.checksums + attributes.compositeChecksums)
    }
    let download = try await destination.get(
      item.destinationKey, range: nil, ifMatch: nil, on: eventLoops.any())
    let reading = try await hashed(
      download.body,
      StreamExpectation(length: download.attributes.size, checksums: [], algorithms: [.crc64xz, .md5]))
    return (download.attributes, reading.checksums ?? [])
  }

  private func hashed(
    _ body: ObjectBody, _ expectation: StreamExpectation
  ) async throws(StorageError) -> StreamReading {
    let reading = StreamReading()
    _ = try await body.metered(expectation, into: reading, board: board).drain()
    return reading
  }
}
