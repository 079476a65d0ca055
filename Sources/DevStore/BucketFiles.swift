import Checksums
import Foundation
import Synchronization

/// One bucket on disk, with its index in memory.
///
/// A record names its data file, and a record appears by renaming: whatever is killed in between leaves files that
/// nothing names, and the next start removes them.
final class BucketFiles: Sendable {
  struct State {
    /// In byte order.
    var keys: [[UInt8]] = []
    /// What a plain GET finds.
    var objects: [[UInt8]: StoredObject] = [:]
    /// What was overwritten or deleted, and marks of deletion; newest first.
    var past: [[UInt8]: [StoredObject]] = [:]
    var sequence: Int64 = 0
    var uploads: [String: UploadRecord] = [:]
    var parts: [String: [Int: PartRecord]] = [:]
  }

  let folder: String
  let keepsVersions: Bool
  let state: Mutex<State>

  init(folder: String, keepsVersions: Bool) throws {
    self.folder = folder
    self.keepsVersions = keepsVersions
    for name in ["objects", "uploads", "incoming"] {
      try FileManager.default.createDirectory(atPath: "\(folder)/\(name)", withIntermediateDirectories: true)
    }
    state = Mutex(try Self.load(folder))
  }

  private static func load(_ folder: String) throws -> State {
    var state = State()
    let files = FileManager.default
    for name in try files.contentsOfDirectory(atPath: folder + "/incoming") {
      try files.removeItem(atPath: "\(folder)/incoming/\(name)")
    }
    var named: Set<String> = []
    for name in try files.contentsOfDirectory(atPath: folder + "/objects") where name.hasSuffix(".json") {
      let object = try read(StoredObject.self, "\(folder)/objects/\(name)")
      state.past[object.key, default: []].append(object)
      named.insert(object.dataFile)
    }
    state.sortVersions()
    for name in try files.contentsOfDirectory(atPath: folder + "/objects")
    where name.hasSuffix(".data") && !named.contains(name) {
      try files.removeItem(atPath: "\(folder)/objects/\(name)")
    }
    state.keys = state.objects.keys.sorted { $0.lexicographicallyPrecedes($1) }
    for name in try files.contentsOfDirectory(atPath: folder + "/uploads") {
      if name.hasSuffix(".upload") {
        let upload = try read(UploadRecord.self, "\(folder)/uploads/\(name)")
        state.uploads[upload.id] = upload
      } else if name.hasSuffix(".part"), let id = name.split(separator: "-").first {
        let part = try read(PartRecord.self, "\(folder)/uploads/\(name)")
        state.parts[String(id), default: [:]][part.number] = part
      }
    }
    return state
  }

  func object(_ key: [UInt8]) -> StoredObject? { state.withLock { $0.objects[key] } }

  func path(_ object: StoredObject) -> String { "\(folder)/objects/\(object.dataFile)" }

  func partPath(_ part: PartRecord) -> String { "\(folder)/uploads/\(part.dataFile)" }

  /// A name for a file that is still coming.
  func incomingPath() -> String { "\(folder)/incoming/\(UUID().uuidString)" }

  /// Keys after a key (and not equal to it) that start with a prefix, in byte order.
  func objects(prefix: [UInt8], after marker: [UInt8]?, limit: Int) -> [StoredObject] {
    state.withLock { state in
      let start = marker.map { Self.later($0, prefix) } ?? prefix
      var index = Self.firstIndex(in: state.keys, notBefore: start)
      var found: [StoredObject] = []
      while index < state.keys.count, found.count < limit, state.keys[index].starts(with: prefix) {
        if state.keys[index] != marker, let object = state.objects[state.keys[index]] { found.append(object) }
        index += 1
      }
      return found
    }
  }

  private static func later(_ one: [UInt8], _ other: [UInt8]) -> [UInt8] {
    one.lexicographicallyPrecedes(other) ? other : one
  }

  static func firstIndex(in keys: [[UInt8]], notBefore key: [UInt8]) -> Int {
    var low = 0
    var high = keys.count
    while low < high {
      let middle = (low + high) / 2
      if keys[middle].lexicographicallyPrecedes(key) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Makes an object visible; its bytes are in a file that is moved into place.
  ///
  /// With `ifAbsent`, nil is returned where the key exists, and nothing changes.
  func publish(_ object: StoredObject, from incoming: String, ifAbsent: Bool) throws -> StoredObject? {
    var object = object
    object.dataFile = "\(StoredObject.fileName(object.key))-\(UUID().uuidString).data"
    return try state.withLock { state in
      if ifAbsent && state.objects[object.key] != nil { return nil }
      let destination = path(object)
      guard rename(incoming, destination) == 0 else {
        throw ServerError(500, "InternalError", "rename failed")
      }
      return try enter(object, &state)
    }
  }

  /// Changes what is kept of an object.
  func update(_ key: [UInt8], _ change: (inout StoredObject) -> Void) throws {
    try state.withLock { state in
      guard var object = state.objects[key] else { throw ServerError.noSuchKey }
      change(&object)
      try write(object, "objects/\(object.recordName)")
      state.objects[key] = object
    }
  }

  func begin(_ upload: UploadRecord) throws {
    try state.withLock { state in
      try write(upload, "uploads/\(upload.id).upload")
      state.uploads[upload.id] = upload
    }
  }

  func upload(_ id: String, _ key: [UInt8]) throws -> UploadRecord {
    guard let upload = state.withLock({ $0.uploads[id] }), upload.key == key else {
      throw ServerError.noSuchUpload
    }
    return upload
  }

  func uploads(prefix: [UInt8]) -> [UploadRecord] {
    state.withLock { $0.uploads.values.filter { $0.key.starts(with: prefix) } }
      .sorted { $0.key == $1.key ? $0.id < $1.id : $0.key.lexicographicallyPrecedes($1.key) }
  }

  func parts(_ id: String) -> [PartRecord] {
    state.withLock { ($0.parts[id] ?? [:]).values.sorted { $0.number < $1.number } }
  }

  func store(_ part: PartRecord, of id: String, from incoming: String) throws {
    var part = part
    part.dataFile = "\(id)-\(part.number)-\(UUID().uuidString).bytes"
    try state.withLock { state in
      guard state.uploads[id] != nil else { throw ServerError.noSuchUpload }
      guard rename(incoming, partPath(part)) == 0 else {
        throw ServerError(500, "InternalError", "rename failed")
      }
      try write(part, "uploads/\(id)-\(part.number).part")
      if let old = state.parts[id, default: [:]].updateValue(part, forKey: part.number) {
        unlink(partPath(old))
      }
    }
  }

  func end(_ id: String) {
    state.withLock { state in
      state.uploads[id] = nil
      for part in (state.parts.removeValue(forKey: id) ?? [:]).values {
        unlink(partPath(part))
        unlink("\(folder)/uploads/\(id)-\(part.number).part")
      }
      unlink("\(folder)/uploads/\(id).upload")
    }
  }

  func write(_ value: some Encodable, _ name: String) throws {
    try JSONEncoder().encode(value).write(to: URL(fileURLWithPath: "\(folder)/\(name)"), options: .atomic)
  }

  private static func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }
}
