public import AuditLedger
public import ObjectStorage

/// Drops uploads of this job that will not become objects.
///
/// What cannot be dropped stays named in the ledger, for the next run.
public struct LeftUploads: Sendable {
  let destination: any ObjectWriter
  let ledger: Ledger
  let retrying: Retrying

  public init(destination: any ObjectWriter, ledger: Ledger, retrying: Retrying) {
    self.destination = destination
    self.ledger = ledger
    self.retrying = retrying
  }

  /// The most that a store's clock may differ from ours: requests are refused beyond.
  private static let clockTolerance: Int64 = 15 * 60 * 1000
  private static let drops = 3

  /// Drops the upload of a transfer.
  public func drop(_ started: StartedTransfer) async {
    guard let upload = started.upload else { return }
    if await drop(upload, of: started.destinationKey) {
      // A ledger that cannot be written says so where the outcome is to be recorded.
      try? await ledger.recordDropped(upload, of: started.destinationKey)
    } else {
      try? await ledger.abandon(started)
    }
  }

  /// Drops an upload that an earlier run could not drop.
  public func drop(abandoned upload: OpenUpload) async {
    guard await drop(upload.id, of: upload.key) else { return }
    try? await ledger.recordDropped(upload.id, of: upload.key)
  }

  /// Drops what a request to begin an upload left at the destination whose answer never came.
  ///
  /// Nothing in an upload says whose it is. It is ours only where all of this holds; any other is left alone:
  ///
  /// | | ours |
  /// | --- | --- |
  /// | the key | exactly the destination key |
  /// | open before we asked | no |
  /// | begun | within fifteen minutes of our request, which is as far as clocks may differ |
  /// | parts | none: what was killed before the answer sent none |
  public func dropUnanswered(_ started: StartedTransfer, but ours: UploadID? = nil) async {
    guard started.upload == nil, let others = started.others,
      let open = await uploads(of: started.destinationKey)
    else { return }
    let asked = started.startedAt.millisecondsSinceEpoch
    for upload in open where upload.id != ours {
      guard !others.contains(upload.id), let begun = upload.startedAt?.millisecondsSinceEpoch,
        case let (apart, isTooFar) = begun.subtractingReportingOverflow(asked), !isTooFar,
        apart.magnitude <= Self.clockTolerance,
        let parts = try? await parts(of: upload.id, upload.key), parts.isEmpty
      else { continue }
      if await !drop(upload.id, of: upload.key) { try? await ledger.abandon(upload.id, of: upload.key) }
    }
  }

  /// The uploads of a key that are open now; nil where the store does not say.
  func open(of key: ObjectKey) async -> [UploadID]? { await uploads(of: key)?.map(\.id) }

  private func uploads(of key: ObjectKey) async -> [OpenUpload]? {
    let open = try? await retrying.run { _ throws(StorageError) in
      try await destination.listUploads(prefix: key)
    }
    return open?.filter { $0.key == key }
  }

  private func parts(of upload: UploadID, _ key: ObjectKey) async throws(StorageError) -> [StoredPart] {
    try await retrying.run { _ throws(StorageError) in try await destination.listParts(key, upload) }
  }

  /// Drops an upload until the store does not know it: a part that was on its way may come in after the first time.
  private func drop(_ upload: UploadID, of key: ObjectKey) async -> Bool {
    for _ in 0..<Self.drops {
      do {
        try await retrying.run { _ throws(StorageError) in
          try await destination.abortUpload(key, upload)
        }
      } catch {
        return false
      }
      do {
        _ = try await parts(of: upload, key)
      } catch {
        // Whoever may not list parts has to go by the first answer.
        return error.disposition == .fail
      }
    }
    return false
  }
}
