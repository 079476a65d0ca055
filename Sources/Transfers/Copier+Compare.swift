public import AuditLedger
import Checksums
import NIOCore
import ObjectStorage

extension Copier {
  /// Looks at both sides without sending a byte, and without reading the source.
  ///
  /// A directory computes no digest itself, so a file at the destination is read.
  public func compare(_ item: WorkItem) async throws(CopyFailure) -> Observation {
    var log = EvidenceLog(clock: retrying.clock)
    log.reported(bySource: try await headOfSource(item))
    return try await observedAtDestination(item, log)
  }

  /// Looks at both sides and reads the source, so that its bytes are compared with the destination's digest.
  public func compareReadingSource(_ item: WorkItem) async throws(CopyFailure) -> Observation {
    let (attributes, reading) = try await on(.source) { () throws(StorageError) in
      try await readSource(item)
    }
    var log = EvidenceLog(clock: retrying.clock)
    log.reported(bySource: attributes)
    let rebuilt = reading.rebuiltETags.filter(attributes.compositeChecksums.contains)
    log.streamed((reading.checksums ?? []) + rebuilt, of: item.source.generation)
    var observation = try await observedAtDestination(item, log)
    observation.streamedBytes = reading.bytes
    return observation
  }

  /// Reads the whole source for its digests; `told` is how its store says that it is cut, where that is known.
  func readSource(
    _ item: WorkItem, cutAs told: PartBoundaries? = nil
  ) async throws(StorageError) -> (ObjectAttributes, StreamReading) {
    try await retrying.run { _ throws(StorageError) in
      let download = try await source.get(
        item.source.key, range: nil, ifMatch: item.source.eTag, on: eventLoops.next())
      do throws(StorageError) {
        try requireSame(item.source, download.attributes)
      } catch {
        download.body.cancel()
        throw error
      }
      let cut = try await knownCut(item, download, told)
      let plan = DigestPlan(
        source: download.attributes.checksums, destination: destination.location.kind,
        contentMD5Honoured: false)
      let reading = try await hashed(
        download.body,
        StreamExpectation(
          length: item.source.size, checksums: plan.expected, algorithms: plan.algorithms,
          boundaries: cut?.parts.candidates ?? [], requiredETag: cut?.requiredETag))
      return (download.attributes, reading)
    }
  }

  private func knownCut(
    _ item: WorkItem, _ download: ObjectDownload, _ told: PartBoundaries?
  ) async throws(StorageError) -> SourceCut? {
    if let told,
      let goal = download.attributes.compositeChecksums.first(where: { $0.algorithm == .multipartETag })
    {
      return SourceCut(goal: goal, parts: KnownParts(candidates: [told], authority: .store))
    }
    do {
      return try await cut(of: item, download.attributes)
    } catch {
      download.body.cancel()
      throw error.error
    }
  }

  /// Adds what a HEAD of the destination says.
  func observedAtDestination(
    _ item: WorkItem, _ log: EvidenceLog
  ) async throws(CopyFailure) -> Observation {
    var log = log
    var observation = Observation()
    do {
      let (attributes, checksums) = try await retrying.run { _ throws(StorageError) in
        try await digestsAtDestination(item)
      }
      log.reported(
        byDestination: checksums, eTag: attributes.eTag, of: attributes.generation,
        kind: destination.location.kind)
      observation.destinationSize = attributes.size
      observation.destination = attributes.generation
    } catch  where error.code == .notFound {
      observation.destinationSize = nil
    } catch {
      throw CopyFailure(.destination, error)
    }
    observation.evidence = log.rows
    return observation
  }

  private func digestsAtDestination(
    _ item: WorkItem
  ) async throws(StorageError) -> (ObjectAttributes, [Checksum]) {
    guard destination.location.kind == .directory else {
      let attributes = try await destination.head(item.destinationKey, part: nil)
      return (attributes, attributes.checksums)
    }
    let download = try await destination.get(
      item.destinationKey, range: nil, ifMatch: nil, on: eventLoops.next())
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
