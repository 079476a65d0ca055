import Foundation
import Synchronization

/// Generations of one key, as both vendors keep them.
///
/// A bucket that keeps versions overwrites nothing and deletes by a mark. One that does not has one generation
/// without a version, which is replaced and deleted for good; versions that it has from before stay.
extension BucketFiles {
  struct Row {
    let object: StoredObject
    let isLatest: Bool
  }

  /// Makes an object, whose bytes are in place, or a mark the latest generation of its key.
  func enter(_ object: StoredObject, _ state: inout State) throws -> StoredObject {
    var object = object
    state.sequence += 1
    object.sequence = state.sequence
    if keepsVersions { object.versionID = UUID().uuidString.filter { $0 != "-" } }
    let old = state.generations(object.key).filter { $0.versionID == nil && object.versionID == nil }
    try write(object, "objects/\(object.recordName)")
    // The record is the new one's by now, its bytes are not.
    for generation in old { state.forget(generation) }
    for generation in old where generation.isDeleteMarker != true { unlink(path(generation)) }
    if let shelved = state.objects.removeValue(forKey: object.key) {
      state.past[object.key, default: []].insert(shelved, at: 0)
    }
    if object.isDeleteMarker == true {
      state.past[object.key, default: []].insert(object, at: 0)
    } else {
      state.objects[object.key] = object
    }
    state.index(object.key)
    return object
  }

  /// Deletes as a client that names no version: by a mark, or for good where nothing is kept of the key.
  func remove(_ key: [UInt8], at time: Int64) throws -> StoredObject? {
    try state.withLock { state in
      if keepsVersions || state.generations(key).contains(where: { $0.versionID != nil }) {
        return try enter(.deleteMarker(key, at: time), &state)
      }
      if let old = state.objects[key] { erase(old, &state) }
      return nil
    }
  }

  /// Deletes one version for good, or one mark; the generation before it is the latest then.
  func remove(_ key: [UInt8], version: String) -> StoredObject? {
    state.withLock { state in
      guard let old = state.generations(key).first(where: { $0.versionName == version }) else { return nil }
      erase(old, &state)
      return old
    }
  }

  private func erase(_ object: StoredObject, _ state: inout State) {
    unlink("\(folder)/objects/\(object.recordName)")
    if object.isDeleteMarker != true { unlink(path(object)) }
    state.forget(object)
    state.promote(object.key)
    state.index(object.key)
  }

  func generation(_ key: [UInt8], version: String) -> StoredObject? {
    state.withLock { $0.generations(key).first { $0.versionName == version } }
  }

  /// The mark under which a plain GET finds nothing.
  func latestMarker(_ key: [UInt8]) -> StoredObject? {
    state.withLock { state in
      state.objects[key] == nil
        ? state.past[key]?.first.flatMap { $0.isDeleteMarker == true ? $0 : nil } : nil
    }
  }

  /// All generations in the order of the keys, and newest first.
  func rows(prefix: [UInt8]) -> [Row] {
    state.withLock { state in
      Set(state.objects.keys).union(state.past.keys).filter { $0.starts(with: prefix) }
        .sorted { $0.lexicographicallyPrecedes($1) }
        .flatMap { key in
          state.generations(key).enumerated().map { Row(object: $1, isLatest: $0 == 0) }
        }
    }
  }
}

extension BucketFiles.State {
  /// Newest first.
  func generations(_ key: [UInt8]) -> [StoredObject] {
    (objects[key].map { [$0] } ?? []) + (past[key] ?? [])
  }

  /// Puts what was read from the disk, in no order, into its places.
  mutating func sortVersions() {
    for key in Array(past.keys) {
      past[key]?.sort { $0.sequence ?? 0 > $1.sequence ?? 0 }
      promote(key)
    }
    sequence =
      (objects.values.map(\.sequence) + past.values.joined().map(\.sequence)).compactMap(\.self).max() ?? 0
  }

  /// The newest generation is what a plain GET finds, where it is no mark.
  mutating func promote(_ key: [UInt8]) {
    if objects[key] == nil, let newest = past[key]?.first, newest.isDeleteMarker != true {
      objects[key] = newest
      past[key]?.removeFirst()
    }
    if past[key]?.isEmpty == true { past[key] = nil }
  }

  mutating func forget(_ object: StoredObject) {
    if objects[object.key]?.versionID == object.versionID { objects[object.key] = nil }
    past[object.key]?.removeAll { $0.versionID == object.versionID }
  }

  /// Keeps the order of the keys that a plain listing has.
  mutating func index(_ key: [UInt8]) {
    let place = BucketFiles.firstIndex(in: keys, notBefore: key)
    let isThere = place < keys.count && keys[place] == key
    if objects[key] == nil && isThere { keys.remove(at: place) }
    if objects[key] != nil && !isThere { keys.insert(key, at: place) }
  }
}
