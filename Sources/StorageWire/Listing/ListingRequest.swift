public import ObjectStorage

/// What a page of a listing was asked with, as far as the answer has to fit it.
public struct ListingRequest: Sendable {
  /// How the vendor's url encoding spells a space.
  public enum Encoding: Sendable {
    /// A space is `+`, a plus is `%2B`, as S3 writes it.
    case plusIsSpace
    /// A space is `%20`; a bare plus stands for itself, as OSS writes it.
    case plusIsPlus
  }

  public enum Paging: Sendable {
    case tokens
    /// `NextMarker`, or the last key where the store leaves it out.
    case markers
  }

  public var bucket: String
  public var scope: ListScope
  public var position: ListPosition?
  public var encoding: Encoding
  public var paging: Paging

  public init(
    bucket: String, scope: ListScope, position: ListPosition?, encoding: Encoding, paging: Paging
  ) {
    self.bucket = bucket
    self.scope = scope
    self.position = position
    self.encoding = encoding
    self.paging = paging
  }

  var terms: PageTerms {
    PageTerms(
      bucket: bucket, prefix: scope.prefix, delimiter: scope.isDelimited ? ObjectKey("/") : ObjectKey(""),
      encoding: encoding)
  }
}
