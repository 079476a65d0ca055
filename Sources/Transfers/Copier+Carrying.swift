import AuditLedger
import Checksums
import ObjectStorage

/// What goes with an object beside its bytes and its metadata.
public struct Carrying: Sendable {
  /// Whether the tags are asked for at the source and sent.
  public var tags = false
  public var storageClass = StorageClassChoice.own

  public init() {}
}

/// What of one object is carried, and what is not.
struct Carried: Sendable {
  var tags: [ObjectTag] = []
  var storageClass: String?
  /// One sentence for everything that stays behind.
  var notes: [String] = []

  func options(
    metadata: ObjectMetadata, contentMD5: Checksum? = nil, ifAbsent: Bool
  ) -> WriteOptions {
    var options = WriteOptions(
      metadata: metadata, storageClass: storageClass, contentMD5: contentMD5, ifAbsent: ifAbsent)
    options.tags = tags
    return options
  }
}

extension Copier {
  /// What is carried without a look at the object.
  func carriedClass(_ item: WorkItem) -> Carried {
    var carried = Carried()
    let kinds = (sourceKind, destinationKind)
    let (storageClass, note) = StorageClassMap.carried(
      item.source.storageClass, from: kinds.0, to: kinds.1, settings.carrying.storageClass)
    carried.storageClass = storageClass
    if let note { carried.notes.append(note) }
    return carried
  }

  /// What can be carried of an object; asks the source for its tags where they are wanted.
  func carried(_ item: WorkItem) async throws(CopyFailure) -> Carried {
    var carried = carriedClass(item)
    guard settings.carrying.tags else { return carried }
    let tags: [ObjectTag]?
    do {
      tags = try await retrying.run { _ throws(StorageError) in try await source.tags(item.source.key) }
    } catch  where error.disposition == .abort {
      throw CopyFailure(.source, error)
    } catch {
      carried.notes.append("tags were not carried: \(error)")
      return carried
    }
    guard let tags else {
      carried.notes.append("tags were not carried: the source does not show them")
      return carried
    }
    guard let rule = destination.tagRule else {
      if !tags.isEmpty {
        carried.notes.append("\(tags.count) tags were not carried: the destination keeps none")
      }
      return carried
    }
    let fitting = rule.carried(tags)
    carried.tags = fitting.kept
    carried.notes += fitting.notes
    return carried
  }
}
