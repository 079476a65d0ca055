import ObjectStorage

extension PreparedStatement {
  /// Binds entity tag, version, size and last change at four parameters in a row; NULL four times for nil.
  func bind(_ generation: Generation?, from index: Int32) throws {
    try bind(generation?.eTag?.text, at: index)
    try bind(generation?.versionID, at: index + 1)
    try bind(generation?.size, at: index + 2)
    try bind(generation?.lastModifiedAt?.millisecondsSinceEpoch, at: index + 3)
  }

  /// Reads entity tag, version, size and last change from four columns in a row; nil where there is no size.
  func generation(from column: Int32) -> Generation? {
    guard let size = optionalInteger(column + 2) else { return nil }
    return Generation(
      eTag: text(column).map { ETag($0) }, versionID: text(column + 1), size: size,
      lastModifiedAt: timestamp(column + 3))
  }

  /// Reads a generation and whether its `Content-MD5` was checked from five columns in a row.
  func writtenCopy(from column: Int32) -> WrittenCopy? {
    guard let generation = generation(from: column) else { return nil }
    return WrittenCopy(generation, contentMD5WasChecked: integer(column + 4) != 0)
  }

  /// Reads key, size, entity tag, last change, storage class and type from six columns in a row.
  func listedObject(from column: Int32) -> ListedObject {
    ListedObject(
      key: ObjectKey(bytes: bytes(column)), size: integer(column + 1),
      eTag: text(column + 2).map { ETag($0) },
      lastModifiedAt: timestamp(column + 3), storageClass: text(column + 4), objectType: text(column + 5))
  }

  func key(_ column: Int32) -> ObjectKey { ObjectKey(bytes: bytes(column)) }

  func optionalKey(_ column: Int32) -> ObjectKey? { isNull(column) ? nil : key(column) }

  func timestamp(_ column: Int32) -> Timestamp? {
    optionalInteger(column).map { Timestamp(millisecondsSinceEpoch: $0) }
  }

  /// Reads a word of a closed set; throws `corrupt` for a word that is not in it.
  func word<Word: LedgerWord>(_ column: Int32, _ type: Word.Type) throws -> Word {
    guard let word = try optionalWord(column, type) else {
      throw LedgerError(.corrupt, "the ledger lacks a \(type) where one must be; restore a copy")
    }
    return word
  }

  func optionalWord<Word: LedgerWord>(_ column: Int32, _ type: Word.Type) throws -> Word? {
    guard !isNull(column) else { return nil }
    guard let word = Word.spellings.word(rawText(column)) else {
      let text = text(column) ?? ""
      throw LedgerError(.corrupt, "the ledger names an unknown \(type), \(shownSafely(text)); restore a copy")
    }
    return word
  }
}
