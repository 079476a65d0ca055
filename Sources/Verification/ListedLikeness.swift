import AuditLedger
import Checksums
public import ObjectStorage

/// How alike two rows of listings of one key are, as far as the listings tell.
///
/// | sizes | ETags | likeness |
/// | --- | --- | --- |
/// | differ | any | differs: size |
/// | equal | prove the bytes equal | equal |
/// | equal | digests of one kind that differ: both MD5s, or both of one part count | differs: digest |
/// | equal | anything else | same size |
///
/// Listings are compared and no bytes: ETags that differ may be of one object that was uploaded or encrypted
/// otherwise, which a verification finds out.
public enum ListedLikeness: Hashable, Sendable {
  case equal
  case sameSize
  case differs(Difference)

  public enum Difference: String, Sendable {
    case size
    case digest
  }

  public init(_ source: ListedObject, _ destination: ListedObject) {
    switch VerificationPolicy().judge(source, destination) {
    case .verified: self = .equal
    case .mismatched: self = .differs(.size)
    case .missing, .unverifiable, nil:
      self = Self.digestsDiffer(source.eTag, destination.eTag) ? .differs(.digest) : .sameSize
    }
  }

  private static func digestsDiffer(_ one: ETag?, _ other: ETag?) -> Bool {
    if let one = one?.md5Shape, let other = other?.md5Shape { return one != other }
    guard let one = one?.multipartShape, let other = other?.multipartShape else { return false }
    return one.partCount == other.partCount && one != other
  }
}
