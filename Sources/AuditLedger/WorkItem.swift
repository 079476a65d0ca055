public import ObjectStorage

/// What the plan says of a key.
public enum DecisionAction: Hashable, Sendable {
  /// The destination does not have the key: send it.
  case copy
  /// The destination has the key: prove it equal, or report a conflict; send nothing.
  case compare
  case skip(reason: String)
  /// Known before a byte moves that the key cannot land.
  case refuse(ErrorClass, reason: String)
}

/// The plan's word on one key.
public struct Decision: Hashable, Sendable {
  public var key: ObjectKey
  public var destinationKey: ObjectKey
  public var action: DecisionAction
  /// Whether the destination has the key in another spelling.
  public var isRenamed = false

  public init(key: ObjectKey, destinationKey: ObjectKey, action: DecisionAction) {
    self.key = key
    self.destinationKey = destinationKey
    self.action = action
  }
}

/// A key of the source that has no decision, and what the destination's inventory has for it.
public struct PlanCandidate: Sendable {
  public var source: ListedObject
  public var destinationKey: ObjectKey
  public var destination: ListedObject?

  public init(source: ListedObject, destinationKey: ObjectKey, destination: ListedObject?) {
    self.source = source
    self.destinationKey = destinationKey
    self.destination = destination
  }
}

/// A transfer that began and whose end the ledger does not know: written before the request that stores it.
public struct StartedTransfer: Hashable, Sendable {
  public var key: ObjectKey
  public var destinationKey: ObjectKey
  /// The source generation that is being copied.
  public var source: Generation
  /// The multipart upload, where there is one.
  public var upload: UploadID?
  public var startedAt: Timestamp
  /// How the upload is cut; nil where its parts are of no use to a later run.
  public var cut: String?
  /// The uploads of the destination key that were open before one was asked for; nil where none was.
  public var others: [UploadID]?

  public init(
    key: ObjectKey, destinationKey: ObjectKey, source: Generation, upload: UploadID?, startedAt: Timestamp,
    cut: String? = nil, others: [UploadID]? = nil
  ) {
    self.key = key
    self.destinationKey = destinationKey
    self.source = source
    self.upload = upload
    self.startedAt = startedAt
    self.cut = cut
    self.others = others
  }
}

/// A key that still has to be copied or compared.
public struct WorkItem: Sendable {
  public var source: ListedObject
  public var destinationKey: ObjectKey
  /// `copy` or `compare`.
  public var action: DecisionAction
  /// Left behind by a run that was stopped.
  public var started: StartedTransfer?
  /// What an earlier attempt of this job wrote at the destination, as recorded from the store's own answer.
  public var written: WrittenCopy?
  /// Whether the source has another object since an earlier one ended.
  public var hasChanged: Bool
  /// Whether no attempt came before this one.
  public var isFirst: Bool

  public init(
    source: ListedObject, destinationKey: ObjectKey, action: DecisionAction, started: StartedTransfer? = nil,
    written: WrittenCopy? = nil, hasChanged: Bool = false, isFirst: Bool = false
  ) {
    self.source = source
    self.destinationKey = destinationKey
    self.action = action
    self.started = started
    self.written = written
    self.hasChanged = hasChanged
    self.isFirst = isFirst
  }
}
