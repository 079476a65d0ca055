public import ObjectStorage

/// How keys of the source become keys of the destination: what follows the source's prefix is put behind the
/// destination's, in another spelling where the destination does not take it and the job renames.
public struct KeyMapping: Sendable {
  public let sourcePrefix: ObjectKey
  public let destinationPrefix: ObjectKey
  private let isSame: Bool
  private let rename: KeyRename?

  public init(sourcePrefix: ObjectKey, destinationPrefix: ObjectKey, rename: KeyRename? = nil) {
    self.sourcePrefix = sourcePrefix
    self.destinationPrefix = destinationPrefix
    self.rename = rename
    isSame = sourcePrefix == destinationPrefix && rename == nil
  }

  /// Whether keys may have other spellings, so that the order of both sides may differ.
  public var renames: Bool { rename != nil }

  public func destinationKey(_ key: ObjectKey) -> ObjectKey {
    if isSame { return key }
    let name = name(key)
    return ObjectKey(bytes: destinationPrefix.bytes + (rename?.spelling(of: name) ?? name))
  }

  /// The key of the source that would become this key of the destination.
  public func sourceKey(_ key: ObjectKey) -> ObjectKey {
    let name = Array(key.bytes.dropFirst(destinationPrefix.bytes.count))
    return ObjectKey(bytes: sourcePrefix.bytes + (rename?.name(of: name) ?? name))
  }

  /// Whether a key has another spelling at the destination.
  public func isRenamed(_ key: ObjectKey) -> Bool {
    guard let rename else { return false }
    return rename.spelling(of: name(key)) != name(key)
  }

  /// Why a key that the destination takes must not land; nil where it may.
  public func refusal(of key: ObjectKey) -> String? { rename?.refusal(of: name(key)) }

  private func name(_ key: ObjectKey) -> [UInt8] { Array(key.bytes.dropFirst(sourcePrefix.bytes.count)) }
}
