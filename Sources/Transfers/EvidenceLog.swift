import AuditLedger
import Checksums
import ObjectStorage

/// Collects what was seen of one object in one attempt.
struct EvidenceLog {
  let clock: RunClock
  private(set) var rows: [Evidence] = []

  init(clock: RunClock) {
    self.clock = clock
  }

  mutating func reported(bySource attributes: ObjectAttributes) {
    add(attributes.checksums + attributes.compositeChecksums, .source, .reported, attributes.generation)
  }

  mutating func streamed(_ checksums: [Checksum], of source: Generation) {
    add(checksums, .source, .streamed, source)
  }

  /// A directory computes nothing itself: its digests come from reading the file again.
  mutating func reported(
    byDestination checksums: [Checksum], of generation: Generation, kind: StoreLocation.Kind
  ) {
    add(checksums, .destination, kind == .directory ? .readBack : .reported, generation)
  }

  private mutating func add(
    _ checksums: [Checksum], _ side: Side, _ origin: Origin, _ generation: Generation
  ) {
    let now = clock.now()
    for checksum in checksums {
      rows.append(
        Evidence(
          side: side, origin: origin, checksum: checksum, generation: generation, observedAt: now))
    }
  }
}
