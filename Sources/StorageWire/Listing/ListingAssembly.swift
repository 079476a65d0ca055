import ObjectStorage

/// Makes a page of what was read, and refuses it where it does not fit its terms.
struct ListingAssembly {
  let draft: ListingDraft
  let terms: PageTerms
  let isEncoded: Bool

  init(draft: ListingDraft, terms: PageTerms) {
    self.draft = draft
    self.terms = terms
    isEncoded = draft.text(.encodingType)?.lowercased() == "url"
  }

  func page(
    _ paging: ListingRequest.Paging, after position: ListPosition?
  ) throws(StorageError) -> ListingPage {
    try checkBucketAndPrefix()
    try checkCount()
    var page = ListingPage(objects: [], isByteExact: isEncoded)
    page.objects.reserveCapacity(draft.entries.count)
    var duplicates = DuplicateWatch<ObjectKey>()
    for entry in draft.entries where entry.tag == .contents {
      let object = try object(entry)
      guard duplicates.admits(object.key) else { throw refused("names a key twice", object.key) }
      page.objects.append(object)
    }
    page.commonPrefixes = try commonPrefixes()
    page.next = try next(paging, after: page)
    guard page.next == nil || page.next != position else {
      throw refused("does not come forward: it ends where it began")
    }
    return page
  }

  func checkBucketAndPrefix() throws(StorageError) {
    if let bucket = terms.bucket, let name = draft.text(.name), name != bucket {
      throw refused("is of another bucket, \(shownSafely(name))")
    }
    guard let range = draft.values[.prefix] else { return }
    // Some stores encode keys and leave the prefix as it is.
    let plain = draft.bytes(range)
    if plain.elementsEqual(terms.prefix.bytes) { return }
    guard
      try decoded(plain, .prefix) == terms.prefix.bytes || ReplacedCharacters.isName(plain, of: terms.prefix)
    else {
      throw refused("is of another prefix, \(ObjectKey(bytes: plain).shown)")
    }
  }

  func checkCount() throws(StorageError) {
    guard let announced = draft.text(.keyCount), Int(announced) != draft.entries.count else { return }
    throw refused("announces \(shownSafely(announced)) keys and has \(draft.entries.count)")
  }

  /// Folders below the one that was asked for; any other would be listed twice, or be no part of the listing.
  func commonPrefixes() throws(StorageError) -> [ObjectKey] {
    var found: [ObjectKey] = []
    for entry in draft.entries where entry.tag == .commonPrefixes {
      let key = try key(entry.fields[.prefix], .prefix)
      guard isFolder(key) else {
        throw refused("names a common prefix that is no folder of what was asked for", key)
      }
      found.append(key)
    }
    guard Set(found).count == found.count else { throw refused("names a common prefix twice") }
    return found
  }

  private func isFolder(_ key: ObjectKey) -> Bool {
    guard !terms.delimiter.bytes.isEmpty, key.hasPrefix(terms.prefix) else { return false }
    let rest = key.bytes[terms.prefix.bytes.count...]
    return rest.firstRange(of: terms.delimiter.bytes)?.upperBound == rest.endIndex
  }

  private func object(_ entry: ListingDraft.Entry) throws(StorageError) -> ListedObject {
    let key = try listedKey(entry)
    guard let size = size(entry.fields[.size]) else { throw refused("has no valid Size", key) }
    return listed(key, size, entry)
  }

  func listedKey(_ entry: ListingDraft.Entry) throws(StorageError) -> ObjectKey {
    let key = try key(entry.fields[.key], .key)
    guard key.hasPrefix(terms.prefix) else { throw refused("names a key without the prefix", key) }
    return key
  }

  func listed(_ key: ObjectKey, _ size: Int64, _ entry: ListingDraft.Entry) -> ListedObject {
    ListedObject(
      key: key, size: size,
      eTag: draft.trimmed(entry.fields[.eTag]).flatMap { eTag($0) },
      lastModifiedAt: draft.trimmed(entry.fields[.lastModified]).flatMap { Timestamp(iso8601: $0) },
      storageClass: draft.text(entry.fields[.storageClass]), objectType: draft.text(entry.fields[.type]))
  }

  /// An empty one is none, with quotes or without.
  private func eTag(_ bytes: ArraySlice<UInt8>) -> ETag? {
    let eTag = ETag(utf8: bytes)
    return eTag.text.isEmpty ? nil : eTag
  }

  func size(_ range: Range<Int>?) -> Int64? {
    guard let digits = draft.trimmed(range), !digits.isEmpty else { return nil }
    var size: Int64 = 0
    for digit in digits {
      guard (48...57).contains(digit) else { return nil }
      let (tens, isLarge) = size.multipliedReportingOverflow(by: 10)
      let (sum, isLarger) = tens.addingReportingOverflow(Int64(digit - 48))
      guard !isLarge, !isLarger else { return nil }
      size = sum
    }
    return size
  }

  /// White space around a key belongs to it.
  func key(_ range: Range<Int>?, _ tag: ListingTag) throws(StorageError) -> ObjectKey {
    guard let range, !range.isEmpty else { throw refused("has an entry without \(tag.rawValue)") }
    let bytes = try decoded(draft.bytes(range), tag)
    guard (1...1024).contains(bytes.count) else {
      throw refused("has a \(tag.rawValue) of \(bytes.count) bytes")
    }
    return ObjectKey(bytes: bytes)
  }

  func decoded(_ bytes: ArraySlice<UInt8>, _ tag: ListingTag) throws(StorageError) -> [UInt8] {
    guard isEncoded else { return Array(bytes) }
    guard terms.encoding != nil || !bytes.contains(UInt8(ascii: "+")) else {
      throw refused(
        "has a + in a \(tag.rawValue), and not which vendor's it is: say so, for S3 means a space by it and OSS a plus",
        ObjectKey(bytes: bytes))
    }
    guard let decoded = URIEncoding.decode(bytes, plusIsSpace: terms.encoding == .plusIsSpace) else {
      throw refused("has a \(tag.rawValue) that is not percent-encoded as announced")
    }
    return decoded
  }

  /// A token or the name of a version; OSS encodes them like keys, S3 never does.
  func token(_ tag: ListingTag) -> String? {
    guard let text = draft.text(tag) else { return nil }
    guard isEncoded, terms.encoding == .plusIsPlus,
      let decoded = URIEncoding.decode(text, plusIsSpace: false)
    else { return text }
    return String(decoding: decoded, as: UTF8.self)
  }

  /// Whether the page says that there is more; it must say so once, and agree with itself.
  func isTruncated() throws(StorageError) -> Bool {
    switch draft.text(.isTruncated) {
    case "true"?: return true
    case "false"?:
      let goesOn = [ListingTag.nextContinuationToken, .nextMarker, .nextKeyMarker]
        .contains { draft.trimmed(draft.values[$0])?.isEmpty == false }
      guard !goesOn else { throw refused("says that there is no more, and where more begins") }
      return false
    default: throw refused("says neither that there is more nor that there is not")
    }
  }

  private func next(
    _ paging: ListingRequest.Paging, after page: ListingPage
  ) throws(StorageError) -> ListPosition? {
    guard try isTruncated() else { return nil }
    switch paging {
    case .tokens:
      guard let token = token(.nextContinuationToken), !token.isEmpty else { throw noPlace }
      guard ReplacedCharacters.mayBe(in: token) else { return .token(token) }
      let names = page.objects.map(\.key) + page.commonPrefixes
      guard isEncoded, let name = ReplacedCharacters.name(behind: token, among: names) else {
        throw replacedPlace
      }
      return .after(name)
    case .markers:
      if let range = draft.values[.nextMarker], !range.isEmpty {
        return .after(try place(range, .nextMarker))
      }
      let last = [page.objects.last?.key, page.commonPrefixes.last].compactMap(\.self).max()
      guard let last else { throw noPlace }
      return .after(last)
    }
  }

  /// The key behind which the next page begins.
  func place(_ range: Range<Int>, _ tag: ListingTag) throws(StorageError) -> ObjectKey {
    let key = try key(range, tag)
    guard isEncoded || key.text.map(ReplacedCharacters.mayBe) != true else { throw replacedPlace }
    return key
  }

  private var replacedPlace: StorageError {
    refused("says where more begins with characters that the store has replaced: keys would be passed over")
  }

  var noPlace: StorageError { refused("says that there is more and not where") }

  func refused(_ what: String, _ key: ObjectKey? = nil) -> StorageError { terms.label.refused(what, key) }
}
