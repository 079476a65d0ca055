public import ObjectStorage

/// What happens where the destination has the key already; the option `--overwrite`.
///
/// | rule | before bytes are compared | proven equal | known to differ | cannot be proven equal |
/// | --- | --- | --- | --- | --- |
/// | `never` | compared | done | conflict | conflict |
/// | `different` | compared | done | overwritten | overwritten |
/// | `changed` | overwritten where size or `Content-Type` differ or the source is later, else compared | done | conflict | kept |
/// | `newer` | overwritten where the source is later, else compared | done | kept | kept |
/// | `always` | overwritten | | | |
///
/// What this job wrote itself, and nothing proves equal, is overwritten under every rule.
public enum OverwriteRule: String, CaseIterable, Sendable {
  case never
  /// Whatever is not proven equal.
  case different
  /// The rule of Data Online Migration's first generation.
  case changed
  case newer
  case always

  /// What is to be done with a key that the destination has.
  public func answer(
    source: SideFacts, destination: SideFacts, likeness: Likeness, isOwn: Bool = false
  ) -> OverwriteAnswer {
    if let reason = reason(source, destination) { return .overwrite(reason) }
    let found: OverwriteReason
    switch likeness {
    case .notCompared: return .compare
    case .equal: return .done
    case .different(let words): found = OverwriteReason(.bytesDiffer, "it holds other bytes: \(words)")
    case .unproven(let why):
      found = OverwriteReason(.notProven, "it holds bytes that cannot be proven equal: \(why)")
    }
    if isOwn { return .overwrite(OverwriteReason(.ownCopy, "an earlier copy by this job; \(found.text)")) }
    return unlike(source, destination, found)
  }

  /// Why the key is overwritten whatever its bytes are.
  private func reason(_ source: SideFacts, _ destination: SideFacts) -> OverwriteReason? {
    switch self {
    case .never, .different: return nil
    case .always: return OverwriteReason(.always, "--overwrite always")
    case .newer: return later(source, destination)
    case .changed:
      if source.size != destination.size {
        return OverwriteReason(
          .sizeDiffers, "\(source.size) bytes at the source, \(destination.size) at the destination")
      }
      if let one = source.contentType, let other = destination.contentType, one != other {
        return OverwriteReason(
          .contentTypeDiffers,
          "Content-Type \(shownSafely(one)) at the source, \(shownSafely(other)) at the destination")
      }
      return later(source, destination)
    }
  }

  private func later(_ source: SideFacts, _ destination: SideFacts) -> OverwriteReason? {
    guard let one = source.lastModifiedAt, let other = destination.lastModifiedAt, one > other else {
      return nil
    }
    return OverwriteReason(
      .sourceLater, "the source changed at \(one.iso8601), the destination at \(other.iso8601)")
  }

  /// The answer for bytes that are not proven equal and not this job's own.
  private func unlike(
    _ source: SideFacts, _ destination: SideFacts, _ found: OverwriteReason
  ) -> OverwriteAnswer {
    switch self {
    case .always, .different: return .overwrite(found)
    case .never:
      return .conflict(
        found.saying("the destination has the key already, \(found.text); it was not overwritten"))
    case .changed:
      let text = "--overwrite changed: size, Content-Type and times show no change, and \(found.text)"
      return found.cause == .bytesDiffer
        ? .conflict(found.saying(text)) : .keep(found.saying("kept: \(text)"))
    case .newer:
      guard source.lastModifiedAt != nil, destination.lastModifiedAt != nil else {
        return .keep(
          OverwriteReason(
            .timeUnknown, "kept: --overwrite newer: which side is later is not known, and \(found.text)"))
      }
      return .keep(
        OverwriteReason(
          .sourceNotLater, "kept: --overwrite newer: the source is not later, and \(found.text)")
      )
    }
  }
}

/// What one side says of an object, as far as a rule asks for it.
public struct SideFacts: Hashable, Sendable {
  public var size: Int64
  /// Nil where the side tells none, which is no difference.
  public var contentType: String?
  public var lastModifiedAt: Timestamp?

  public init(size: Int64, contentType: String? = nil, lastModifiedAt: Timestamp? = nil) {
    self.size = size
    self.contentType = contentType
    self.lastModifiedAt = lastModifiedAt
  }
}

/// What comparing the bytes of both sides came to.
public enum Likeness: Hashable, Sendable {
  case notCompared
  /// Proven.
  case equal
  /// Known, and how.
  case different(String)
  /// Neither is proven, and why.
  case unproven(String)
}
