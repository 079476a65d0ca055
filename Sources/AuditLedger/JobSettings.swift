public import ObjectStorage

/// What a ledger is about; fixed when it is made.
public struct JobSettings: Codable, Hashable, Sendable {
  /// 3 to 63 characters, lower-case letters, digits and hyphens; names the reports.
  public var name: String
  public var source: JobSide
  public var destination: JobSide

  public init(name: String, source: JobSide, destination: JobSide) {
    self.name = name
    self.source = source
    self.destination = destination
  }

  public func side(_ side: Side) -> JobSide {
    switch side {
    case .source: source
    case .destination: destination
    }
  }
}

/// One side of a job as the reports name it; never with credentials.
public struct JobSide: Codable, Hashable, Sendable {
  public var kind: StoreLocation.Kind
  public var bucket: String
  /// Percent-encoded.
  public var prefix: String
  public var endpoint: String
  public var region: String

  public init(kind: StoreLocation.Kind, bucket: String, prefix: String, endpoint: String, region: String) {
    self.kind = kind
    self.bucket = bucket
    self.prefix = prefix
    self.endpoint = endpoint
    self.region = region
  }

  /// The address, `s3://bucket/prefix`.
  public var url: String { "\(kind.rawValue)://\(bucket)\(prefix.isEmpty ? "" : "/\(prefix)")" }
}

/// One run of a command on a ledger.
public struct RunRecord: Hashable, Sendable {
  public enum State: String, Codable, Sendable {
    case running
    /// Every key has its list.
    case finished
    /// Stopped by a signal or by an error that ends the run; the state is kept.
    case stopped
  }

  public var id: Int64
  public var command: String
  public var toolVersion: String
  public var startedAt: Timestamp
  public var endedAt: Timestamp?
  public var state: State
  /// Why a run stopped; empty otherwise.
  public var message: String
  /// Whether the destination was seen to refuse a false Content-MD5; nil where it was not asked.
  public var contentMD5Honoured: Bool?

  public init(
    id: Int64, command: String, toolVersion: String, startedAt: Timestamp, endedAt: Timestamp? = nil,
    state: State = .running, message: String = "", contentMD5Honoured: Bool? = nil
  ) {
    self.id = id
    self.command = command
    self.toolVersion = toolVersion
    self.startedAt = startedAt
    self.endedAt = endedAt
    self.state = state
    self.message = message
    self.contentMD5Honoured = contentMD5Honoured
  }
}
