/// What the transport accepts and keeps, with the sizes of its buffers.
public struct TransportLimits: Hashable, Sendable {
  /// Connections to one origin on one event loop; further requests wait for one.
  public var connectionsPerOrigin: Int
  /// An unused connection older than this is not used again: servers close theirs after 5 to 60 seconds.
  public var idleLifetime: Duration
  /// Bytes of a head, and bytes that arrive without making the answer grow.
  public var maximumHeadBytes: Int
  public var maximumFields: Int
  /// Bodies above this many bytes get the large buffers.
  public var largeBodyBytes: Int64
  public var smallBuffer: Int
  public var largeBuffer: Int
  /// For answers that are taken whole.
  public var wholeBuffer = 16 << 10
  /// Bytes of a large body that may wait in the writing socket's queue.
  public var writeHighWatermark: Int
  /// The longest time without a sign of life of the peer, where it is shorter than a request's own.
  public var longestSilence: Duration?

  public init(
    connectionsPerOrigin: Int = 1024, idleLifetime: Duration = .seconds(15), maximumHeadBytes: Int = 64 << 10,
    maximumFields: Int = 100, largeBodyBytes: Int64 = 256 << 10, smallBuffer: Int = 64 << 10,
    largeBuffer: Int = 2 << 20, writeHighWatermark: Int = 1 << 20,
    longestSilence: Duration? = nil
  ) {
    self.connectionsPerOrigin = connectionsPerOrigin
    self.idleLifetime = idleLifetime
    self.maximumHeadBytes = maximumHeadBytes
    self.maximumFields = maximumFields
    self.largeBodyBytes = largeBodyBytes
    self.smallBuffer = smallBuffer
    self.largeBuffer = largeBuffer
    self.writeHighWatermark = writeHighWatermark
    self.longestSilence = longestSilence
  }
}
