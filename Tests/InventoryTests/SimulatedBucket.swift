import NIOCore
import ObjectStorage
import Synchronization

/// A bucket of nothing but keys, listed in an order of its own choice, that counts what it is asked.
final class SimulatedBucket: ObjectReader {
  /// How the bucket orders its keys.
  enum Order: Sendable {
    case bytes
    /// As file systems list: `/` before everything else.
    case folders
  }

  struct Asked: Hashable, Sendable {
    var scope: ListScope
    var position: ListPosition?
  }

  private struct State {
    var keys: [ObjectKey]
    var asked: [Asked] = []
    var running = 0
    var mostRunning = 0
    var faultAt: Int?
  }

  let location = StoreLocation(kind: .memory, bucket: "simulated")
  let listingDivision: ListingDivision
  private let order: Order
  private let pageSize: Int
  private let state: Mutex<State>

  init(
    _ keys: [ObjectKey], division: ListingDivision, order: Order = .bytes, pageSize: Int = 10,
    faultAt: Int? = nil
  ) {
    listingDivision = division
    self.order = order
    self.pageSize = pageSize
    state = Mutex(State(keys: keys.sorted { Self.precedes($0, $1, order) }, faultAt: faultAt))
  }

  var orderedKeys: [ObjectKey] { state.withLock { $0.keys } }
  var asked: [Asked] { state.withLock { $0.asked } }
  var mostRunning: Int { state.withLock { $0.mostRunning } }

  /// Adds a key, as another program would.
  func add(_ key: ObjectKey) {
    state.withLock { state in
      let place = state.keys.firstIndex { !Self.precedes($0, key, order) } ?? state.keys.count
      state.keys.insert(key, at: place)
    }
  }

  func list(_ scope: ListScope, from position: ListPosition?) async throws(StorageError) -> ListingPage {
    let (number, keys) = state.withLock { state in
      state.asked.append(Asked(scope: scope, position: position))
      state.running += 1
      state.mostRunning = max(state.mostRunning, state.running)
      return (state.asked.count, state.keys)
    }
    defer { state.withLock { $0.running -= 1 } }
    // Lets others of the same time come to their request, so that what runs at one time can be counted.
    for _ in 0..<20 { await Task.yield() }
    if number == state.withLock({ $0.faultAt }) { throw StorageError(.invalidRequest, "the scripted fault") }
    return page(of: keys, scope, position)
  }

  private func page(of keys: [ObjectKey], _ scope: ListScope, _ position: ListPosition?) -> ListingPage {
    let last: ObjectKey? =
      switch position {
      case nil: nil
      case .after(let key): key
      case .token(let token): ObjectKey(percentEncoded: token)
      }
    var page = ListingPage(objects: [])
    var place: ObjectKey?
    let from = last.map { last in keys.firstIndex { Self.precedes(last, $0, order) } ?? keys.count } ?? 0
    for key in keys[from...] where key.hasPrefix(scope.prefix) {
      let folder = folder(of: key, scope)
      if let folder, folder == page.commonPrefixes.last || last?.hasPrefix(folder) == true { continue }
      if page.objects.count + page.commonPrefixes.count == min(pageSize, scope.limit) {
        page.next = place.map { .token($0.percentEncoded) }
        break
      }
      if let folder {
        page.commonPrefixes.append(folder)
      } else {
        page.objects.append(ListedObject(key: key, size: 1))
      }
      place = key
    }
    return page
  }

  private func folder(of key: ObjectKey, _ scope: ListScope) -> ObjectKey? {
    guard scope.isDelimited else { return nil }
    return key.bytes[scope.prefix.bytes.count...].firstIndex(of: UInt8(ascii: "/"))
      .map { ObjectKey(bytes: key.bytes[...$0]) }
  }

  private static func precedes(_ one: ObjectKey, _ other: ObjectKey, _ order: Order) -> Bool {
    switch order {
    case .bytes: one < other
    case .folders:
      one.bytes.lexicographicallyPrecedes(other.bytes) { weight($0) < weight($1) }
    }
  }

  private static func weight(_ byte: UInt8) -> Int { byte == UInt8(ascii: "/") ? -1 : Int(byte) }

  func head(_ key: ObjectKey, part: Int?) async throws(StorageError) -> ObjectAttributes {
    throw StorageError(.invalidRequest, "nothing but listings here")
  }

  func get(
    _ key: ObjectKey, range: ByteRange?, ifMatch: ETag?, on eventLoop: any EventLoop
  ) async throws(StorageError) -> ObjectDownload {
    throw StorageError(.invalidRequest, "nothing but listings here")
  }
}
