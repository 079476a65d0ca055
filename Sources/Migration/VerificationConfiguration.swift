public import AuditLedger
public import NIOCore
public import ObjectStorage
public import Verification

/// The checked settings of a verification; both sides can only be read.
public struct VerificationConfiguration: Sendable {
  public var source: RunSide<any ObjectReader>
  public var destination: RunSide<any ObjectReader>
  /// Names the reports.
  public var jobName: String
  public var required: RequiredProof
  public var filter: ObjectFilter
  public var reading: Reading
  /// What is read beside the objects that need it, as it was written, and what that means.
  public var sample: (text: String, size: SampleSize)?
  /// Take what the ledger lists, and list nothing.
  public var takesInventories: Bool
  /// Digests that somebody else computed count.
  public var acceptsImported: Bool
  /// The ledger is thrown away: rows that the listings settle as equal are counted and not kept.
  public var keepsProblemsOnly: Bool
  /// Ask about every object, so that headers and user metadata are compared, and tags too where they can be read.
  public var comparesMetadata: Bool
  public var comparesTags: Bool
  /// ETags count for nothing.
  public var distrustsETags: Bool
  /// Objects that are looked at at one time.
  public var parallelObjects: Int
  /// Bytes that may be in memory at one time.
  public var bytesInFlight: Int64
  /// Retries of the whole run.
  public var retries: Int
  public var retryPolicy: RetryPolicy
  /// What the verification was asked for, in words, for reports.
  public var settings: [RunSetting] = []
  public var toolVersion: String
  public var clock: RunClock
  public var eventLoops: any EventLoopGroup

  public init(
    source: RunSide<any ObjectReader>, destination: RunSide<any ObjectReader>, jobName: String,
    required: RequiredProof = .auto, filter: ObjectFilter = .none, reading: Reading = .none,
    sample: (text: String, size: SampleSize)? = nil, takesInventories: Bool = false,
    acceptsImported: Bool = false, keepsProblemsOnly: Bool = false, comparesMetadata: Bool = false,
    comparesTags: Bool = false, distrustsETags: Bool = false,
    parallelObjects: Int = 32, bytesInFlight: Int64 = 64 << 20, retries: Int = 10_000,
    retryPolicy: RetryPolicy = RetryPolicy(), toolVersion: String, clock: RunClock,
    eventLoops: any EventLoopGroup
  ) {
    self.source = source
    self.destination = destination
    self.jobName = jobName
    self.required = required
    self.filter = filter
    // Asking for bytes to be read again, or for a sample, says that the destination may be read.
    let asksForBytes = required == .readBack || sample != nil
    self.reading = reading == .none && asksForBytes ? .destination : reading
    self.sample = sample
    self.takesInventories = takesInventories
    self.acceptsImported = acceptsImported
    self.keepsProblemsOnly = keepsProblemsOnly
    self.comparesMetadata = comparesMetadata
    self.comparesTags = comparesTags
    self.distrustsETags = distrustsETags
    self.parallelObjects = max(1, parallelObjects)
    self.bytesInFlight = bytesInFlight
    self.retries = retries
    self.retryPolicy = retryPolicy
    self.toolVersion = toolVersion
    self.clock = clock
    self.eventLoops = eventLoops
  }

  /// No listing settles an object: each is asked about.
  var looksAtAll: Bool { comparesMetadata || comparesTags || acceptsImported || distrustsETags }

  /// What an audit writes down of it; the window of a sample follows later.
  var auditSettings: AuditSettings {
    AuditSettings(
      reading: reading.rawValue, required: required.rawValue,
      sample: sample.map { SampleWindow(text: $0.text, from: 0, to: 0) }, acceptsImported: acceptsImported,
      comparesMetadata: comparesMetadata, comparesTags: comparesTags, distrustsETags: distrustsETags,
      takesInventories: takesInventories, filters: filter.asked.text)
  }

  var job: JobSettings {
    JobSettings(
      name: jobName, source: JobSide(source.store.location, source.prefix),
      destination: JobSide(destination.store.location, destination.prefix))
  }
}
