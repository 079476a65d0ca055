public import ObjectStorage

/// What a page of a listing of versions was asked with; a delimiter it never is.
public struct VersionListingRequest: Sendable {
  public var bucket: String
  public var prefix: ObjectKey
  public var position: VersionPosition?
  public var encoding: ListingRequest.Encoding

  public init(
    bucket: String, prefix: ObjectKey, position: VersionPosition?, encoding: ListingRequest.Encoding
  ) {
    self.bucket = bucket
    self.prefix = prefix
    self.position = position
    self.encoding = encoding
  }

  var terms: PageTerms {
    PageTerms(bucket: bucket, prefix: prefix, delimiter: ObjectKey(""), encoding: encoding)
  }
}
