public import AuditLedger
public import NIOCore
public import ObjectStorage
public import Transfers
public import Verification

/// One side of a run: a store, and the prefix that keys are taken from or put under.
public struct RunSide<Store: Sendable>: Sendable {
  public var store: Store
  /// Literal bytes; may be empty.
  public var prefix: ObjectKey

  public init(store: Store, prefix: ObjectKey) {
    self.store = store
    self.prefix = prefix
  }
}

/// The checked settings of a run.
public struct RunConfiguration: Sendable {
  public var source: RunSide<any ObjectReader>
  public var destination: RunSide<any ObjectWriter>
  /// Names the reports.
  public var jobName: String
  public var required: RequiredProof
  /// What a migration takes from the source, or a retry may touch.
  public var filter: ObjectFilter
  /// `contentMD5Honoured` is found out by the run.
  public var copying: CopySettings
  /// Transfers that are on their way at one time; nil where the run finds out how many are best.
  public var parallelObjects: Int?
  public var pacing: Pacing
  /// Bytes that may be in memory at one time.
  public var bytesInFlight: Int64
  /// Retries of the whole run.
  public var retries: Int
  public var retryPolicy: RetryPolicy
  /// Nil where archived objects are errors and nothing more.
  public var restoring: Restoring?
  /// Whether an object that is gone from the source since it was listed is skipped, and no error.
  public var allowsGone = false
  public var decisions = DecisionSettings()
  /// What a retry is limited to beside its filter; nil where it takes up the whole error list.
  public var scope: RetryScope?
  /// What the run was asked for, in words, for reports.
  public var settings: [RunSetting] = []
  public var toolVersion: String
  public var clock: RunClock
  public var eventLoops: any EventLoopGroup

  public init(
    source: RunSide<any ObjectReader>, destination: RunSide<any ObjectWriter>, jobName: String,
    required: RequiredProof = .auto, filter: ObjectFilter = .none, copying: CopySettings = CopySettings(),
    parallelObjects: Int? = nil, pacing: Pacing = Pacing(),
    bytesInFlight: Int64 = 72 << 20,
    retries: Int = 10_000, retryPolicy: RetryPolicy = RetryPolicy(), toolVersion: String, clock: RunClock,
    eventLoops: any EventLoopGroup
  ) {
    self.source = source
    self.destination = destination
    self.jobName = jobName
    self.required = required
    self.filter = filter
    self.copying = copying
    self.parallelObjects = parallelObjects.map { max(1, $0) }
    self.pacing = pacing
    self.bytesInFlight = bytesInFlight
    self.retries = retries
    self.retryPolicy = retryPolicy
    self.toolVersion = toolVersion
    self.clock = clock
    self.eventLoops = eventLoops
  }

  var job: JobSettings {
    JobSettings(
      name: jobName, source: JobSide(source.store.location, source.prefix),
      destination: JobSide(destination.store.location, destination.prefix))
  }
}

extension JobSide {
  init(_ location: StoreLocation, _ prefix: ObjectKey) {
    self.init(
      kind: location.kind, bucket: location.bucket, prefix: prefix.percentEncoded,
      endpoint: location.endpoint,
      region: location.region)
  }
}
