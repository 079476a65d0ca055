import ObjectStorage

/// What a page has to fit.
struct PageTerms {
  /// Nil for any.
  var bucket: String?
  var prefix: ObjectKey
  /// Empty where no folders were asked for.
  var delimiter: ObjectKey
  /// Nil where nobody knows: a `+` cannot be read then.
  var encoding: ListingRequest.Encoding?
  var label = PageLabel()
}
