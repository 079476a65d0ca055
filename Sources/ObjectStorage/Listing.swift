/// One entry of a listing.
public struct ListedObject: Hashable, Sendable {
  public var key: ObjectKey
  /// In bytes.
  public var size: Int64
  public var eTag: ETag?
  public var lastModifiedAt: Timestamp?
  /// As the vendor spells it; unknown values pass through.
  public var storageClass: String?
  /// OSS's `Normal`, `Multipart`, `Appendable`, `Symlink`.
  public var objectType: String?

  public init(
    key: ObjectKey, size: Int64, eTag: ETag? = nil, lastModifiedAt: Timestamp? = nil,
    storageClass: String? = nil,
    objectType: String? = nil
  ) {
    self.key = key
    self.size = size
    self.eTag = eTag
    self.lastModifiedAt = lastModifiedAt
    self.storageClass = storageClass
    self.objectType = objectType
  }
}

/// What a listing covers.
public struct ListScope: Hashable, Sendable {
  /// May be empty.
  public var prefix: ObjectKey
  /// Whether keys that go on behind a `/` after the prefix come as one common prefix a folder.
  public var isDelimited: Bool
  /// Rows of a page at most; stores give no more than 1,000.
  public var limit: Int

  public init(_ prefix: ObjectKey, isDelimited: Bool = false, limit: Int = 1000) {
    self.prefix = prefix
    self.isDelimited = isDelimited
    self.limit = limit
  }
}

/// How the listing of a store can be shared out among requests that run at one time.
public enum ListingDivision: Hashable, Sendable {
  /// One page after the other.
  case pages
  /// By common prefixes: folders are sets, whatever the order of the keys.
  case folders
  /// By common prefixes, and by spans of keys too: the store lists in the order of the keys' bytes.
  case keys
}

/// One page of a listing, parsed whole before it exists.
public struct ListingPage: Sendable {
  public var objects: [ListedObject]
  public var commonPrefixes: [ObjectKey]
  /// Where the next page starts; nil on the last page.
  public var next: ListPosition?
  /// Whether every byte of a key could be spelt; false where a store sent keys as plain XML text although it was
  /// asked to encode them.
  public var isByteExact: Bool

  public init(
    objects: [ListedObject], commonPrefixes: [ObjectKey] = [], next: ListPosition? = nil,
    isByteExact: Bool = true
  ) {
    self.objects = objects
    self.commonPrefixes = commonPrefixes
    self.next = next
    self.isByteExact = isByteExact
  }
}

/// A place in a listing that a later request, or a later run, can go on from.
public enum ListPosition: Hashable, Sendable {
  /// The store's own opaque token.
  case token(String)
  /// After this key.
  case after(ObjectKey)
}

extension ListPosition {
  /// A spelling for the ledger; `init(text:)` reads it back.
  public var text: String {
    switch self {
    case .token(let token): "token:\(token)"
    case .after(let key): "after:\(key.percentEncoded)"
    }
  }

  public init?(text: String) {
    if text.hasPrefix("token:") {
      self = .token(String(text.dropFirst("token:".count)))
    } else if text.hasPrefix("after:"), let key = ObjectKey(percentEncoded: text.dropFirst("after:".count)) {
      self = .after(key)
    } else {
      return nil
    }
  }
}
