import ObjectStorage

/// How a page is named where it is refused.
struct PageLabel {
  var text = "the page of the listing"

  func refused(_ what: String, _ key: ObjectKey? = nil) -> StorageError {
    StorageError(.malformedAnswer, "\(text) \(what); nothing was taken from it", key: key)
  }
}
