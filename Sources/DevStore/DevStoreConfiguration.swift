/// The protocol that a server speaks.
public enum Dialect: String, CaseIterable, Sendable {
  case s3
  case oss

  /// The header in which the vendor tells the CRC-64 of an object, for plans of faults.
  public var crcHeader: String {
    switch self {
    case .s3: "x-amz-checksum-crc64nvme"
    case .oss: "x-oss-hash-crc64ecma"
    }
  }
}

/// What a server is started with.
public struct DevStoreConfiguration: Sendable {
  public var dialect: Dialect
  /// The folder that holds the buckets; made where there is none, and taken up again where there is one.
  public var root: String
  /// 0 for any free port of 127.0.0.1.
  public var port: Int
  public var accessKeyID: String
  public var secretAccessKey: String
  public var region: String
  /// Whether the S3 dialect sums what comes without a checksum, as Amazon does: CRC-64/NVME of the whole object.
  public var defaultChecksum: Bool
  /// The encryption of what comes without a word about it, as of a bucket's own setting, such as `aws:kms`.
  public var defaultEncryption: String?
  /// Buckets that keep what is overwritten or deleted.
  public var versionedBuckets: Set<String>
  /// Rows of a page of a listing at most, whatever a client asks for.
  public var pageLimit: Int
  /// Whether a restore ends as soon as it is asked for; real stores take minutes to hours.
  public var restoresAtOnce: Bool
  /// Which answers go wrong; nil for none.
  public var faults: FaultPlan?

  public init(
    dialect: Dialect, root: String, port: Int = 0, accessKeyID: String, secretAccessKey: String,
    region: String? = nil, defaultChecksum: Bool = false, defaultEncryption: String? = nil,
    versionedBuckets: Set<String> = [], pageLimit: Int = 1000,
    restoresAtOnce: Bool = true, faults: FaultPlan? = nil
  ) {
    self.dialect = dialect
    self.root = root
    self.port = port
    self.accessKeyID = accessKeyID
    self.secretAccessKey = secretAccessKey
    self.region = region ?? (dialect == .s3 ? "us-east-1" : "cn-hangzhou")
    self.defaultChecksum = defaultChecksum
    self.defaultEncryption = defaultEncryption
    self.versionedBuckets = versionedBuckets
    self.restoresAtOnce = restoresAtOnce
    self.faults = faults
    self.pageLimit = min(max(1, pageLimit), 1000)
  }
}

/// One request that a server answered, in the order of the answers.
public struct JournalEntry: Sendable {
  public var ordinal: Int
  public var method: String
  /// The vendor's name of the call, such as `GetObject`.
  public var operation: String
  public var bucket: String
  public var key: [UInt8]?
  public var range: String?
  public var ifMatch: String?
  public var status: Int
  /// In bytes, of the bodies.
  public var bytesIn: Int64
  public var bytesOut: Int64
  /// The rule of the plan of faults that fired.
  public var fault: String?
}
