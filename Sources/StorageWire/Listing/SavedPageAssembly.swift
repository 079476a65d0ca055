import ObjectStorage

/// Makes a saved page of what was read, taking its bucket, prefix and vendor as it says them.
struct SavedPageAssembly {
  let draft: ListingDraft
  let label: PageLabel
  let dialect: ListingDialect?

  init(draft: ListingDraft, label: PageLabel, given dialect: ListingDialect?) {
    self.draft = draft
    self.label = label
    self.dialect = dialect ?? ListingDialect(sniffing: draft)
  }

  func page(ordinal: Int, offset: Int64, byteCount: Int64) throws(StorageError) -> SavedListingPage {
    let bare = PageTerms(
      bucket: nil, prefix: ObjectKey(""), delimiter: ObjectKey(""), encoding: dialect?.encoding, label: label)
    let reading = ListingAssembly(draft: draft, terms: bare)
    let name = draft.text(.name)
    let asked = try asked(reading)
    var page = SavedListingPage(
      content: .objects(ListingPage(objects: [])), ordinal: ordinal, offset: offset, byteCount: byteCount,
      bucket: name?.isEmpty == false ? name : nil, prefix: try text(.prefix, reading),
      delimiter: try text(.delimiter, reading), asked: asked, dialect: dialect)
    var terms = bare
    terms.prefix = page.prefix ?? ObjectKey("")
    terms.delimiter = delimiter(page.delimiter)
    do throws(StorageError) {
      page.content = try content(terms, asked)
    } catch {
      // Some stores encode keys and leave the prefix as it is.
      guard let plain = plainPrefix, plain != page.prefix else { throw error }
      terms.prefix = plain
      guard let content = try? content(terms, asked) else { throw error }
      page.content = content
      page.prefix = plain
    }
    return page
  }

  private func content(
    _ terms: PageTerms, _ asked: SavedListingPage.Asked
  ) throws(StorageError) -> SavedListingPage.Content {
    let assembly = ListingAssembly(draft: draft, terms: terms)
    guard draft.root == .listBucketResult else {
      return .versions(try assembly.versionPage(after: versionPosition(asked)))
    }
    let paging: ListingRequest.Paging = isOfVersionTwo ? .tokens : .markers
    return .objects(try assembly.page(paging, after: position(asked)))
  }

  /// The second version of the call counts keys, and knows tokens.
  private var isOfVersionTwo: Bool {
    [ListingTag.keyCount, .nextContinuationToken, .continuationToken, .startAfter].contains {
      draft.values[$0] != nil
    }
  }

  private func asked(_ reading: ListingAssembly) throws(StorageError) -> SavedListingPage.Asked {
    SavedListingPage.Asked(
      continuationToken: reading.token(.continuationToken), startAfter: try text(.startAfter, reading),
      marker: try text(.marker, reading), keyMarker: try text(.keyMarker, reading),
      versionIDMarker: reading.token(.versionIDMarker))
  }

  private func position(_ asked: SavedListingPage.Asked) -> ListPosition? {
    if let token = asked.continuationToken, !token.isEmpty { return .token(token) }
    let key = isOfVersionTwo ? asked.startAfter : asked.marker
    return key.flatMap { $0.bytes.isEmpty ? nil : .after($0) }
  }

  private func versionPosition(_ asked: SavedListingPage.Asked) -> VersionPosition? {
    guard let key = asked.keyMarker, !key.bytes.isEmpty else { return nil }
    let id = asked.versionIDMarker
    return VersionPosition(key: key, versionID: id?.isEmpty == false ? id : nil)
  }

  /// A page that has folders was asked for them, whether it says so or not.
  private func delimiter(_ said: ObjectKey?) -> ObjectKey {
    let hasFolders = draft.entries.contains { $0.tag == .commonPrefixes }
    return said.flatMap { $0.bytes.isEmpty ? nil : $0 } ?? ObjectKey(hasFolders ? "/" : "")
  }

  private var plainPrefix: ObjectKey? { draft.values[.prefix].map { ObjectKey(bytes: draft.bytes($0)) } }

  /// A text beside the rows, decoded where it can be; stores do not encode all that they announce.
  private func text(_ tag: ListingTag, _ reading: ListingAssembly) throws(StorageError) -> ObjectKey? {
    guard let range = draft.values[tag] else { return nil }
    let plain = draft.bytes(range)
    let isDecodable = URIEncoding.decode(plain, plusIsSpace: false) != nil
    return ObjectKey(bytes: isDecodable ? try reading.decoded(plain, tag) : Array(plain))
  }
}
