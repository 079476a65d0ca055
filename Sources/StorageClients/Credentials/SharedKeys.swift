public import ObjectStorage
import StorageWire

/// Whether both sides of a migration sign with one pair of keys, so that those of the source may write.
///
/// That is all that can be known of a source's rights: whether keys may write shows only by writing, and nothing but
/// GET, HEAD and LIST ever reaches a source.
public enum SharedKeys {
  /// The keys that both sides use, shown by their last characters; nil where they differ or are not known yet.
  ///
  /// Looks at variables and files alone. Keys of roles are others every time that somebody asks, so they are not
  /// asked for here.
  public static func of(source: any ObjectReader, destination: any ObjectReader) -> String? {
    guard let one = stored(source), let other = stored(destination),
      one.accessKeyID == other.accessKeyID
    else { return nil }
    return "\(one)"
  }

  /// Whether a store is reached with keys at all.
  public static func areUsed(by store: any ObjectReader) -> Bool { keeper(of: store) != nil }

  private static func stored(_ store: any ObjectReader) -> Credentials? { keeper(of: store)?.stored }

  private static func keeper(of store: any ObjectReader) -> CredentialKeeper? {
    switch store {
    case let client as S3Client: client.caller.credentials
    case let client as OSSClient: client.caller.credentials
    default: nil
    }
  }
}

extension CredentialKeeper {
  /// The keys as they stand in a variable or file now; nil where somebody would have to be asked for them.
  var stored: Credentials? {
    guard let place = provider as? StoredCredentials else { return nil }
    // What cannot be read is told by the first request.
    return try? place.read()
  }
}
