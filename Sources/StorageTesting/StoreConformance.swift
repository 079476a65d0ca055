public import Checksums
public import NIOCore
public import ObjectStorage
public import Testing

/// What every store must do, one check at a time.
///
/// A test runs it over `Check.allCases`, so that each check is a case of its own:
///
///     @Test("a directory keeps the promises of a store", arguments: StoreConformance.Check.allCases)
///     func conforms(_ check: StoreConformance.Check) async throws {
///       try await StoreConformance(on: eventLoop) { try await makeEmptyStore() }.run(check)
///     }
public struct StoreConformance: Sendable {
  /// A promise, as a sentence.
  public enum Check: String, CaseIterable, Sendable, CustomTestStringConvertible {
    case emptyListing = "an empty store lists nothing and ends"
    case listingOrder = "pages give every key once, in the order of its bytes"
    case listingPrefix = "a prefix selects by bytes, not by folders"
    case listingAgreesWithHead = "a listing and HEAD say the same of an object"
    case listingResumes = "a listing goes on from a page's position after it was written down"
    case folders = "folders and the keys beside them are the keys of the flat listing"
    case oddFolders = "empty names, leading slashes and folder markers are in the folder that their bytes say"
    case versions =
      "a listing of versions has every key, and of each the version that a listing has as the latest"
    case missingKey = "a missing key is not found by HEAD nor GET"
    case wholeObject = "GET gives the bytes that were put"
    case ranges = "a range gives exactly its bytes"
    case rangeBeyondEnd = "a range beyond the end is refused"
    case condition = "GET with If-Match refuses another generation"
    case givenUpBody = "a body that was given up leaves the store usable"
    case emptyObject = "an object of zero bytes is stored and read"
    case largeObject = "an object of 10 MiB comes back byte for byte"
    case digests = "the digests that are published are those of the bytes"
    case metadata = "metadata comes back byte for byte"
    case wrongMD5 = "a body that does not fit its Content-MD5 is refused"
    case rightMD5 = "a body that fits its Content-MD5 is stored"
    case ifAbsent = "a write that must not overwrite is refused and changes nothing"
    case overwrite = "a write without a condition replaces the object and its ETag"
    case shortBody = "a body shorter than announced is refused and leaves the key untouched"
    case longBody = "a body longer than announced is refused and leaves the key untouched"
    case failedBody = "a body that fails in the middle leaves nothing"
    case awkwardKeys = "awkward keys come back byte for byte or are refused"
    case multipart = "parts that arrive in any order make the object in order"
    case multipartReplaced = "a part that is sent again replaces the first one"
    case multipartWrongMD5 = "a part that does not fit its Content-MD5 is refused"
    case multipartWrongPart = "an upload is not completed from a part that is not stored"
    case multipartIfAbsent = "an upload that must not overwrite is refused and changes nothing"
    case multipartAbort = "an upload that was aborted leaves nothing"
    case multipartUnknown = "an unknown upload is no upload"
    case multipartListing = "uploads that are not completed are listed by prefix"

    public var testDescription: String { rawValue }
  }

  /// What differs between stores that conform.
  public struct Traits: Sendable {
    /// Whether metadata is kept at all.
    public var keepsMetadata: Bool
    /// Digests that a receipt of `put` must carry.
    public var digestsOfReceipt: Set<ChecksumAlgorithm>
    /// Digests that HEAD must report of an object that was put whole.
    public var digestsOfHead: Set<ChecksumAlgorithm>
    /// The size of all parts but the last in these checks.
    public var partBytes: Int
    /// Whether the store has a listing of versions.
    public var listsVersions: Bool

    public init(
      keepsMetadata: Bool = true, digestsOfReceipt: Set<ChecksumAlgorithm> = [],
      digestsOfHead: Set<ChecksumAlgorithm> = [], partBytes: Int = 5 << 20,
      listsVersions: Bool = true
    ) {
      self.keepsMetadata = keepsMetadata
      self.digestsOfReceipt = digestsOfReceipt
      self.digestsOfHead = digestsOfHead
      self.partBytes = partBytes
      self.listsVersions = listsVersions
    }
  }

  let traits: Traits
  let eventLoop: any EventLoop
  let awkwardKeys: [ObjectKey]
  private let makeStore: @Sendable () async throws -> any ObjectWriter

  /// `makeStore` gives an empty store of its own for every check; pages of three keys make paging show.
  public init(
    _ traits: Traits = Traits(), on eventLoop: any EventLoop,
    awkwardKeys: [ObjectKey] = StoreConformance.awkwardKeys,
    makeStore: @escaping @Sendable () async throws -> any ObjectWriter
  ) {
    self.traits = traits
    self.eventLoop = eventLoop
    self.awkwardKeys = awkwardKeys
    self.makeStore = makeStore
  }

  public func run(_ check: Check) async throws {
    let store = try await makeStore()
    switch check {
    case .emptyListing: try await emptyListing(store)
    case .listingOrder: try await listingOrder(store)
    case .listingPrefix: try await listingPrefix(store)
    case .listingAgreesWithHead: try await listingAgreesWithHead(store)
    case .listingResumes: try await listingResumes(store)
    case .folders: try await folders(store)
    case .oddFolders: try await oddFolders(store)
    case .versions: try await versions(store)
    case .missingKey: try await missingKey(store)
    case .wholeObject: try await wholeObject(store)
    case .ranges: try await ranges(store)
    case .rangeBeyondEnd: try await rangeBeyondEnd(store)
    case .condition: try await condition(store)
    case .givenUpBody: try await givenUpBody(store)
    case .emptyObject: try await emptyObject(store)
    case .largeObject: try await largeObject(store)
    case .digests: try await digests(store)
    case .metadata: try await metadata(store)
    case .wrongMD5: try await wrongMD5(store)
    case .rightMD5: try await rightMD5(store)
    case .ifAbsent: try await ifAbsent(store)
    case .overwrite: try await overwrite(store)
    case .shortBody: try await shortBody(store)
    case .longBody: try await longBody(store)
    case .failedBody: try await failedBody(store)
    case .awkwardKeys: try await awkwardKeys(store)
    case .multipart: try await multipart(store)
    case .multipartReplaced: try await multipartReplaced(store)
    case .multipartWrongMD5: try await multipartWrongMD5(store)
    case .multipartWrongPart: try await multipartWrongPart(store)
    case .multipartIfAbsent: try await multipartIfAbsent(store)
    case .multipartAbort: try await multipartAbort(store)
    case .multipartUnknown: try await multipartUnknown(store)
    case .multipartListing: try await multipartListing(store)
    }
  }
}

/// The steps that checks are made of.
extension StoreConformance {
  /// Keys that other tools lose, fold or misread.
  public static let awkwardKeys: [ObjectKey] =
    [
      "a b", "a+b", "a%b", "a%20b", "a%2Fb", "a&b=c", "a?b#c", "a;b,c", "quote\"'`", "<tag>&amp;",
      "日本語/本.csv",
      "emoji-🚢", "caf\u{e9}", "cafe\u{301}", "File", "file", "tab\there", "line\nfeed", "carriage\r\nreturn",
      "bell\u{7}", "bidi\u{202e}txt", "back\\slash", "=SUM(A1)", "-dash", "~tilde", "trailing ", "trailing.",
      ".hidden",
      "...", "a//b", "a/./b", "a/../b", "../up", "/lead", "trail/", "c", "c/x", "CON", "x*y", "x|y", "*",
    ].map { ObjectKey($0) } + [ObjectKey(bytes: [UInt8](repeating: UInt8(ascii: "k"), count: 1000))]

  @discardableResult
  func put(
    _ store: any ObjectWriter, _ key: ObjectKey, _ bytes: [UInt8], _ options: WriteOptions = WriteOptions()
  ) async throws(StorageError) -> WriteReceipt {
    try await store.put(key, await .bytes(bytes, on: eventLoop), options)
  }

  func read(_ store: any ObjectWriter, _ key: ObjectKey, range: ByteRange? = nil) async throws -> [UInt8] {
    let download = try await store.get(key, range: range, ifMatch: nil, on: eventLoop)
    return Array(try await download.body.collect(upTo: 64 << 20).readableBytesView)
  }

  func listAll(_ store: any ObjectWriter, prefix: String = "") async throws -> [ListedObject] {
    try await store.everyObject(ObjectKey(prefix))
  }

  /// The key does not exist, by HEAD and by listing.
  func expectAbsent(_ store: any ObjectWriter, _ key: ObjectKey) async throws {
    await expectError([.notFound]) { _ = try await store.head(key, part: nil) }
    #expect(try await !listAll(store).contains { $0.key == key })
  }

  /// The work throws a `StorageError` of one of these codes.
  func expectError(_ codes: [StorageError.Code], _ work: () async throws -> Void) async {
    do {
      try await work()
      Issue.record("nothing was refused where one of \(codes.map(\.rawValue)) was expected")
    } catch let error as StorageError {
      #expect(codes.contains(error.code), "\(error)")
    } catch {
      Issue.record("\(error) is not a StorageError")
    }
  }
}
