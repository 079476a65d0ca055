import ObjectStorage
import StorageWire

extension StoreDocuments {
  /// The tags of an object, by key; texts are taken as they stand.
  static func tags(_ document: [UInt8]) throws(StorageError) -> [ObjectTag] {
    var tags: [ObjectTag] = []
    var tag: [String: String] = [:]
    var isDoubtful = false
    _ = try XMLDocument.read(document, roots: ["Tagging"]) { path, text in
      guard path.dropFirst().first == "TagSet", path.dropFirst(2).first == "Tag" else { return }
      if path.count == 4 {
        isDoubtful = tag.updateValue(text, forKey: path[3]) != nil || isDoubtful
      } else if path.count == 3 {
        isDoubtful = isDoubtful || (tag["Key"] ?? "").isEmpty
        tags.append(ObjectTag(key: tag["Key"] ?? "", value: tag["Value"] ?? ""))
        tag = [:]
      }
    }
    guard !isDoubtful, Set(tags.map(\.key)).count == tags.count else { throw missing("TagSet") }
    return tags.sorted { $0.key < $1.key }
  }
}
