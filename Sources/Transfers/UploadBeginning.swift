import AuditLedger
import Checksums
import ObjectStorage

/// An upload that parts can go to.
struct BegunUpload {
  var id: UploadID
  var started: StartedTransfer
  /// The parts that an earlier run sent.
  var kept: [CopiedPart] = []
}

/// Begins the upload of an object, or takes up the one that an earlier run left.
struct UploadBeginning {
  let copier: Copier
  let item: WorkItem
  let mayReplace: Bool
  let carried: Carried
  let attributes: ObjectAttributes
  let plan: DigestPlan
  let layout: PartLayout
  /// What the source's parts are hashed with.
  let partAlgorithm: ChecksumAlgorithm
  /// Whether the digests of the parts are all that is needed of them; a digest over the whole object that cannot be
  /// combined from them begins with its first byte, and so does such an upload.
  let isResumable: Bool

  /// Goes on with what an earlier run left where nothing stands against it; begins anew otherwise.
  func run(_ left: StartedTransfer?) async throws(CopyFailure) -> BegunUpload {
    if let left, let upload = left.upload {
      if let taken = try await taken(left, upload) { return taken }
      await copier.uploads.drop(left)
    }
    return try await begun()
  }

  /// | the upload that was left | taken up |
  /// | --- | --- |
  /// | of another generation of the source, or another key of the destination | no |
  /// | cut otherwise: other settings, or the source tells other parts by now | no |
  /// | for a copy that may overwrite what stands there | no |
  /// | gone: completed or dropped | no; a look at the destination came before |
  /// | any other | yes |
  private func taken(
    _ left: StartedTransfer, _ upload: UploadID
  ) async throws(CopyFailure) -> BegunUpload? {
    guard isResumable, !mayReplace, left.cut == layout.text, left.destinationKey == item.destinationKey,
      left.source.isSame(as: attributes.generation)
    else { return nil }
    let shown: [StoredPart]
    do throws(StorageError) {
      shown = try await copier.retrying.run { _ throws(StorageError) in
        try await copier.destination.listParts(item.destinationKey, upload)
      }
    } catch  where error.disposition == .fail {
      return nil
    } catch {
      throw CopyFailure(.destination, error)
    }
    let rows = try await copier.reading { ledger throws(LedgerError) in
      try await ledger.parts(of: item.source.key)
    }
    let kept = KeptParts.of(
      layout, rows: rows, shown: shown, algorithms: plan.partAlgorithms, partAlgorithm: partAlgorithm)
    return BegunUpload(id: upload, started: left, kept: kept)
  }

  private func begun() async throws(CopyFailure) -> BegunUpload {
    var started = StartedTransfer(
      key: item.source.key, destinationKey: item.destinationKey, source: attributes.generation, upload: nil,
      startedAt: copier.retrying.clock.now(), others: await copier.uploads.open(of: item.destinationKey))
    // Before the request: a run that is killed before the answer came leaves an upload whose name it never learnt.
    try await copier.remember(started)
    let upload = try await created(started)
    started.upload = upload
    started.cut = isResumable ? layout.text : nil
    started.others = nil
    try await copier.remember(started)
    return BegunUpload(id: upload, started: started)
  }

  private func created(_ started: StartedTransfer) async throws(CopyFailure) -> UploadID {
    let options = carried.options(metadata: attributes.metadata, ifAbsent: !mayReplace)
    var tries = 0
    do {
      let upload = try await copier.retrying.run { count throws(StorageError) in
        tries = count
        return try await copier.destination.createUpload(item.destinationKey, options)
      }
      if tries > 1 { await copier.uploads.dropUnanswered(started, but: upload) }
      return upload
    } catch {
      if error.disposition != .abort { await copier.uploads.dropUnanswered(started) }
      throw CopyFailure(.destination, error)
    }
  }
}

extension Generation {
  /// Whether nothing of what both say differs.
  func isSame(as other: Generation) -> Bool {
    let isSameTag =
      switch (eTag, other.eTag) {
      case (let one?, let two?): one.isSame(as: two)
      default: eTag == other.eTag
      }
    return isSameTag && size == other.size && versionID == other.versionID
      && lastModifiedAt == other.lastModifiedAt
  }
}
