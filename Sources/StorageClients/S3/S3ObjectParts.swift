import Checksums
import ObjectStorage
import StorageWire

/// Reads the pages of GetObjectAttributes into what they say together.
struct S3ObjectParts {
  /// MinIO writes the name with a small letter, and Amazon's reference shows another one than Amazon sends.
  private static let roots: Set<String> = [
    "GetObjectAttributesResponse", "getObjectAttributesResponse", "GetObjectAttributesOutput",
  ]

  private(set) var found = ObjectParts()
  /// The number after which the next page starts; nil after the last page.
  private(set) var next: Int?
  private var pageCount = 0

  /// Takes the next page.
  ///
  /// Throws `malformed-answer` for a page that contradicts itself or the pages before it.
  mutating func add(_ document: [UInt8]) throws(StorageError) {
    let page = try Page(document)
    let head = try page.head()
    if pageCount > 0, (head.eTag, head.size, head.partCount) != (found.eTag, found.size, found.partCount) {
      throw StorageError(.malformedAnswer, "the object changed while its parts were listed")
    }
    pageCount += 1
    let parts = found.parts
    found = head
    found.parts = parts
    for values in page.parts { try add(values) }
    try advance(page.ofParts)
    if next == nil { try requireWhole() }
  }

  private mutating func add(_ values: [String: String]) throws(StorageError) {
    guard let number = values["PartNumber"].flatMap({ Int($0) }), (1...10_000).contains(number),
      number > found.parts.last?.number ?? 0
    else { throw StoreDocuments.missing("PartNumber") }
    guard let size = values["Size"].flatMap({ Int64($0) }), size >= 0 else {
      throw StoreDocuments.missing("Size")
    }
    // A part is a whole of its own.
    let sums = S3Checksums(type: "FULL_OBJECT", partCount: nil) { _, element in values[element] }
    found.parts.append(ObjectParts.Part(number: number, size: size, checksums: sums.whole))
  }

  /// An object that was not uploaded in parts, or without checksums, has no pages to speak of.
  private mutating func advance(_ values: [String: String]) throws(StorageError) {
    let marker = next ?? 0
    next = nil
    guard values["IsTruncated"] != nil, try StoreDocuments.isTruncated(values) else { return }
    guard let following = values["NextPartNumberMarker"].flatMap({ Int($0) }), following > marker,
      following <= 10_000
    else { throw StorageError(.malformedAnswer, "the list of parts does not advance") }
    next = following
  }

  /// Parts are told all or not at all.
  private func requireWhole() throws(StorageError) {
    guard !found.parts.isEmpty else { return }
    if let count = found.partCount, count != found.parts.count {
      throw StorageError(.malformedAnswer, "\(found.parts.count) parts are listed of \(count)")
    }
    var sum: Int64 = 0
    for part in found.parts {
      let (next, isTooLarge) = sum.addingReportingOverflow(part.size)
      guard !isTooLarge else { throw StoreDocuments.missing("Size") }
      sum = next
    }
    guard found.size ?? sum == sum else {
      throw StorageError(.malformedAnswer, "the parts together are not as long as the object")
    }
  }

  /// The texts of one page, by where they stand.
  private struct Page {
    var ofObject: [String: String] = [:]
    var ofChecksum: [String: String] = [:]
    var ofParts: [String: String] = [:]
    var parts: [[String: String]] = []

    init(_ document: [UInt8]) throws(StorageError) {
      var page = Self.empty
      var part: [String: String] = [:]
      var isDoubtful = false
      _ = try XMLDocument.read(document, roots: roots) { path, text in
        guard let name = path.last else { return }
        let value = text.withoutPadding
        let old: String?
        switch (path.count, path.dropFirst().first, path.dropFirst(2).first) {
        case (2, _, _): old = page.ofObject.updateValue(value, forKey: name)
        case (3, "ObjectParts", "Part"):
          page.parts.append(part)
          part = [:]
          old = nil
        case (3, "Checksum", _): old = page.ofChecksum.updateValue(value, forKey: name)
        case (3, "ObjectParts", _): old = page.ofParts.updateValue(value, forKey: name)
        case (4, "ObjectParts", "Part"): old = part.updateValue(value, forKey: name)
        default: old = nil
        }
        isDoubtful = isDoubtful || old != nil
      }
      guard !isDoubtful else { throw StorageError(.malformedAnswer, "the page says one thing twice") }
      self = page
    }

    private init() {}
    private static var empty: Page { Page() }

    /// What the page says of the object itself.
    func head() throws(StorageError) -> ObjectParts {
      let count = try number("PartsCount", in: ofParts).map { Int($0) }
      guard count.map({ (1...10_000).contains($0) }) ?? true else {
        throw StoreDocuments.missing("PartsCount")
      }
      let sums = S3Checksums(type: ofChecksum["ChecksumType"], partCount: count) { _, element in
        ofChecksum[element]
      }
      return ObjectParts(
        eTag: ofObject["ETag"].flatMap { $0.isEmpty ? nil : ETag($0) },
        size: try number("ObjectSize", in: ofObject), partCount: count, checksums: sums.whole,
        compositeChecksums: sums.composite)
    }

    private func number(_ name: String, in values: [String: String]) throws(StorageError) -> Int64? {
      guard let text = values[name] else { return nil }
      guard let number = Int64(text), number >= 0 else { throw StoreDocuments.missing(name) }
      return number
    }
  }
}
