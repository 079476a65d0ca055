public import Inventory
public import ObjectStorage
import StorageClients
public import Transfers

/// What a migration of an inventory would cost in requests, bytes and time: an estimate by the copier's own rules, for
/// a destination that is empty and requests that succeed at their first try.
public struct CostSheet: Sendable {
  /// Requests to one side, by kind; none to a directory.
  public struct Requests: Hashable, Sendable {
    /// Of objects, and before an upload in parts of those that are open for the key.
    public var list: Int64 = 0
    /// Of a whole object.
    public var get: Int64 = 0
    public var rangedGet: Int64 = 0
    public var head: Int64 = 0
    public var put: Int64 = 0
    public var createUpload: Int64 = 0
    public var uploadPart: Int64 = 0
    public var completeUpload: Int64 = 0
    /// Whether the destination checks `Content-MD5`.
    public var probe: Int64 = 0

    public var all: Int64 {
      [list, get, rangedGet, head, put, createUpload, uploadPart, completeUpload, probe]
        .reduce(0) { $0.addingSaturated($1) }
    }
  }

  /// The object with the most bytes and how it would be cut.
  public struct Largest: Hashable, Sendable {
    public var key: ObjectKey
    public var size: Int64
    /// Nil where it goes in one request.
    public var partSize: Int64?
    public var parts: Int64
  }

  /// Objects that can land, and their bytes: those are read from the source and sent to the destination once.
  public private(set) var objects = ObjectShare()
  /// Objects that go in parts.
  public private(set) var inParts = ObjectShare()
  public private(set) var source = Requests()
  public private(set) var destination = Requests()
  public private(set) var largest: Largest?

  /// The kind of the source.
  public let from: StoreLocation.Kind
  private let settings: CopySettings
  private let landing: Landing
  private let limits: WriteLimits

  public init(from source: StoreLocation.Kind, to landing: Landing, _ settings: CopySettings = CopySettings())
  {
    from = source
    self.landing = landing
    self.settings = settings
    limits = landing.rule.limits
    if landing.rule != .directory {
      // An empty page.
      destination.list = 1
      destination.probe = ContentMD5Probe.requests
    }
  }

  /// Adds an object that can land.
  public mutating func add(_ object: ListedObject) {
    let estimate = CopyEstimate(object, from: from, to: limits, settings)
    objects.add(object.size)
    if estimate.uploads > 0 { inParts.add(object.size) }
    if from != .directory { addToSource(estimate) }
    if landing.rule != .directory { addToDestination(estimate) }
    guard largest.map({ $0.size < object.size }) ?? true else { return }
    largest = Largest(
      key: object.key, size: object.size, partSize: estimate.uploads > 0 ? estimate.partSize : nil,
      parts: estimate.parts)
  }

  private mutating func addToSource(_ estimate: CopyEstimate) {
    source.get += estimate.gets
    source.rangedGet = source.rangedGet.addingSaturated(estimate.rangedGets)
    source.head += estimate.heads
  }

  private mutating func addToDestination(_ estimate: CopyEstimate) {
    destination.put += estimate.puts
    destination.list += estimate.uploads
    destination.createUpload += estimate.uploads
    destination.uploadPart = destination.uploadPart.addingSaturated(estimate.parts)
    destination.completeUpload += estimate.uploads
  }
}

extension CostSheet {
  /// The usual size of a part; in bytes.
  public var partSize: Int64 { settings.partSize }
  /// Objects up to this size go in one request; in bytes.
  public var singlePutLimit: Int64 { settings.singlePutLimit }
  /// The same for objects whose ETag is an MD5; in bytes.
  public var singlePutLimitWithMD5: Int64 { settings.singlePutLimitWithMD5 }

  /// Requests to both sides.
  public var requests: Int64 { source.all.addingSaturated(destination.all) }

  /// Seconds that the bytes take at a rate; nil where the rate is not positive.
  public func seconds(atBytesPerSecond rate: Int64) -> Double? {
    rate > 0 ? Double(objects.bytes) / Double(rate) : nil
  }

  /// Seconds that the requests to both sides take at a rate; nil where the rate is not positive.
  public func seconds(atRequestsPerSecond rate: Int64) -> Double? {
    rate > 0 ? Double(requests) / Double(rate) : nil
  }
}
