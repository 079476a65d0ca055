import ObjectStorage

/// Makes a page of what was read, and refuses it where it does not fit its request.
struct ListingAssembly {
  let draft: ListingDraft
  let request: ListingRequest
  private let isEncoded: Bool

  init(draft: ListingDraft, request: ListingRequest) {
    self.draft = draft
    self.request = request
    isEncoded = draft.text(draft.values[.encodingType])?.lowercased() == "url"
  }

  func page() throws(StorageError) -> ListingPage {
    try checkBucketAndPrefix()
    var page = ListingPage(objects: [], isByteExact: isEncoded)
    page.objects.reserveCapacity(draft.entries.count)
    var duplicates = DuplicateWatch()
    for entry in draft.entries {
      if entry.isPrefix {
        page.commonPrefixes.append(try commonPrefix(entry))
      } else {
        let object = try object(entry)
        guard duplicates.admits(object.key, after: page.objects) else {
          throw refused("names a key twice", object.key)
        }
        page.objects.append(object)
      }
    }
    if let announced = draft.text(draft.values[.keyCount]), Int(announced) != draft.entries.count {
      throw refused("announces \(shownSafely(announced)) keys and has \(draft.entries.count)")
    }
    guard Set(page.commonPrefixes).count == page.commonPrefixes.count else {
      throw refused("names a common prefix twice")
    }
    page.next = try next(after: page)
    return page
  }

  private func checkBucketAndPrefix() throws(StorageError) {
    if let name = draft.text(draft.values[.name]), name != request.bucket {
      throw refused("is of another bucket, \(shownSafely(name))")
    }
    guard let range = draft.values[.prefix] else { return }
    // Some stores encode keys and leave the prefix as it is.
    let plain = draft.arena[range]
    if plain.elementsEqual(request.scope.prefix.bytes) { return }
    guard try decoded(plain, "Prefix") == request.scope.prefix.bytes else {
      throw refused("is of another prefix, \(ObjectKey(bytes: plain).shown)")
    }
  }

  /// A folder below the one that was asked for; any other would be listed twice, or be no part of the listing.
  private func commonPrefix(_ entry: ListingDraft.Entry) throws(StorageError) -> ObjectKey {
    let key = try key(entry.fields[.prefix], "Prefix")
    let rest = key.bytes.dropFirst(request.scope.prefix.bytes.count)
    guard request.scope.isDelimited, key.hasPrefix(request.scope.prefix), rest.last == UInt8(ascii: "/"),
      rest.firstIndex(of: UInt8(ascii: "/")) == rest.indices.last
    else { throw refused("names a common prefix that is no folder of what was asked for", key) }
    return key
  }

  private func object(_ entry: ListingDraft.Entry) throws(StorageError) -> ListedObject {
    let key = try key(entry.fields[.key], "Key")
    guard key.hasPrefix(request.scope.prefix) else { throw refused("names a key without the prefix", key) }
    guard let size = size(entry.fields[.size]) else { throw refused("has no valid Size", key) }
    return ListedObject(
      key: key, size: size,
      eTag: draft.text(entry.fields[.eTag]).flatMap { $0.isEmpty || $0 == "\"\"" ? nil : ETag($0) },
      lastModifiedAt: draft.text(entry.fields[.lastModified]).flatMap { Timestamp(iso8601: $0) },
      storageClass: draft.text(entry.fields[.storageClass]), objectType: draft.text(entry.fields[.type]))
  }

  private func size(_ range: Range<Int>?) -> Int64? {
    guard let digits = draft.trimmed(range), !digits.isEmpty, digits.allSatisfy({ (48...57).contains($0) })
    else {
      return nil
    }
    return Int64(String(decoding: digits, as: UTF8.self))
  }

  /// White space around a key belongs to it.
  private func key(_ range: Range<Int>?, _ name: String) throws(StorageError) -> ObjectKey {
    guard let range, !range.isEmpty else { throw refused("has an entry without \(name)") }
    let bytes = try decoded(draft.arena[range], name)
    guard (1...1024).contains(bytes.count) else { throw refused("has a \(name) of \(bytes.count) bytes") }
    return ObjectKey(bytes: bytes)
  }

  private func decoded(_ bytes: ArraySlice<UInt8>, _ name: String) throws(StorageError) -> [UInt8] {
    guard isEncoded else { return Array(bytes) }
    guard let decoded = URIEncoding.decode(bytes, plusIsSpace: request.encoding == .plusIsSpace) else {
      throw refused("has a \(name) that is not percent-encoded as announced")
    }
    return decoded
  }

  private func next(after page: ListingPage) throws(StorageError) -> ListPosition? {
    switch draft.text(draft.values[.isTruncated]) {
    case "false"?: return nil
    case "true"?: break
    default: throw refused("says neither that there is more nor that there is not")
    }
    let next = try position(after: page)
    guard next != request.position else { throw refused("does not come forward: it ends where it began") }
    return next
  }

  private func position(after page: ListingPage) throws(StorageError) -> ListPosition {
    switch request.paging {
    case .tokens:
      guard let token = draft.text(draft.values[.nextContinuationToken]), !token.isEmpty else {
        throw refused("says that there is more and not where")
      }
      return .token(token)
    case .markers:
      if let range = draft.values[.nextMarker], !range.isEmpty { return .after(try key(range, "NextMarker")) }
      let last = [page.objects.last?.key, page.commonPrefixes.last].compactMap(\.self).max()
      guard let last else { throw refused("says that there is more and not where") }
      return .after(last)
    }
  }

  private func refused(_ what: String, _ key: ObjectKey? = nil) -> StorageError {
    var error = ListingParser.malformed(what)
    error.key = key
    return error
  }
}

/// Notices a key that a page names twice: at once where keys ascend, as almost every store lists them.
private struct DuplicateWatch {
  private var seen: Set<ObjectKey>?

  mutating func admits(_ key: ObjectKey, after objects: [ListedObject]) -> Bool {
    guard let last = objects.last else { return true }
    if seen == nil {
      if last.key < key { return true }
      seen = Set(objects.map(\.key))
    }
    return seen?.insert(key).inserted ?? true
  }
}
