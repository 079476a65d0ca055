import AuditLedger
import Foundation
import Migration
import ObjectStorage
import SavedReports
import StorageClients

/// What a ledger holds before a retry opens it for writing.
struct KnownJob {
  var job: JobSettings?
  /// Whether it has an inventory of the source.
  var hasInventory = false

  /// A ledger that is not there knows nothing.
  init(at path: String) async throws {
    guard FileManager.default.fileExists(atPath: path) else { return }
    (job, hasInventory) = try await withLedger(path, .read) { ledger in
      (try await ledger.job(), try await ledger.listingOrigin(.source) != nil)
    }
  }
}

/// Reads the lists of a retry, and says which of their keys it will not come to.
struct ListedRetry {
  let options: ErrorListOptions
  let known: KnownJob
  let ledger: String
  let source: StoreAddress
  let settings: SideSettings
  let connection: ConnectionOptions
  let console: Console

  private static let keysShown = 10
  private static let keysAtOnce = 1000

  /// The keys in their order, each once, and how many of them the ledger does not know.
  func keys() async throws -> (keys: [ListedKey], unknown: Int) {
    let lists = try options.errorList.map { path in
      try ErrorList(
        path,
        ErrorList.Settings(
          bucket: source.bucket, prefix: source.prefix, format: options.listFormat?.format,
          spelling: options.listNames?.spelling))
    }
    guard known.hasInventory else {
      guard options.classes == nil else {
        throw StorageError(
          .invalidRequest,
          "--class chooses among the errors of a ledger, and \(shownSafely(ledger)) has none yet; leave it out"
        )
      }
      return (try await atTheSource(lists), 0)
    }
    return try await withLedger(ledger, .read) { opened in
      let keys = try await read(lists) { try await opened.standings(of: $0).map { $0 != nil } }
      return (keys, try await tell(keys, opened))
    }
  }

  /// Names that can be read in several ways are looked up at the source.
  private func atTheSource(_ lists: [ErrorList]) async throws -> [ListedKey] {
    let factory = try StoreFactory(connection, clock: .system)
    defer { factory.transport.shutDown() }
    let store = try await factory.open(source, .source, settings)
    let retrying = Retrying(policy: RetryPolicy(), budget: RequestBudget(retries: 100), clock: .system)
    return try await read(lists) { keys in
      var found: [Bool] = []
      for key in keys {
        do {
          _ = try await retrying.run { _ throws(StorageError) in try await store.head(key, part: nil) }
          found.append(true)
        } catch let error as StorageError where error.disposition == .fail {
          found.append(false)
        }
      }
      return found
    }
  }

  private func read(
    _ lists: [ErrorList], exist: ([ObjectKey]) async throws -> [Bool]
  ) async throws -> [ListedKey] {
    var keys: [ListedKey] = []
    for list in lists {
      let passed =
        list.passedOver > 0 ? ", \(Wording.count(list.passedOver)) that did not fail passed over" : ""
      keys += try await list.keys(exist: exist)
      console.note(
        "\(shownSafely(list.path)): read as \(list.format.rawValue), \(Wording.count(list.count)) objects\(passed)"
      )
    }
    return keys.sortedOnce
  }

  /// Says which keys are left alone; returns how many the ledger does not know.
  private func tell(_ keys: [ListedKey], _ opened: Ledger) async throws -> Int {
    var left: [LeftAlone: [ListedKey]] = [:]
    for start in stride(from: 0, to: keys.count, by: Self.keysAtOnce) {
      let page = Array(keys[start..<min(start + Self.keysAtOnce, keys.count)])
      for (key, standing) in zip(page, try await opened.standings(of: page.map(\.key))) {
        guard let why = LeftAlone(standing, options.classes) else { continue }
        left[why, default: []].append(key)
      }
    }
    for why in LeftAlone.allCases {
      guard let keys = left[why] else { continue }
      for listed in keys.prefix(Self.keysShown) {
        console.note("\(shownSafely(listed.file)):\(listed.line): \(listed.key.shown): \(why.rawValue)")
      }
      console.note("\(Wording.count(keys.count)) listed keys: \(why.rawValue); \(why.advice)")
    }
    return left[.unknown]?.count ?? 0
  }
}

/// Why a retry does not come to a key that is listed.
private enum LeftAlone: String, CaseIterable {
  case unknown = "not in the ledger's inventory, and not copied"
  case completed = "completed already"
  case skipped = "in the skipped list"
  case refused = "refused by the plan, so that no attempt can succeed"
  case otherClass = "an error of another class than --class names"

  /// Nil where the retry comes to it.
  init?(_ standing: KeyStanding?, _ classes: Set<ErrorClass>?) {
    guard let standing else {
      self = .unknown
      return
    }
    switch standing.list {
    case .completed: self = .completed
    case .skipped: self = .skipped
    case .error where standing.isRefused: self = .refused
    case .error:
      guard let classes, let found = standing.errorClass, !classes.contains(found) else { return nil }
      self = .otherClass
    case .pending: return nil
    }
  }

  var advice: String {
    switch self {
    case .unknown:
      "if they are new at the source, migrate --relist takes them; else retry this list with a new ledger"
    case .completed: "verify looks at them again, and migrate --relist takes what changed at the source"
    case .skipped: "migrate with other filters or another --overwrite takes them"
    case .refused: "migrate with --rename percent, or a change at the source, is what helps"
    case .otherClass: "leave --class out to take them too"
    }
  }
}
