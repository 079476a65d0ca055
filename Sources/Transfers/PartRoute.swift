import Checksums
import ObjectStorage

/// In which ranges an object is copied, and how the source's digest over its own parts comes out on the way.
///
/// | the source's cut | ranges | its parts are hashed |
/// | --- | --- | --- |
/// | known, several parts, and the destination takes such | along the cut | each in its range, ranges in any order |
/// | known otherwise | equal ones | across ranges, which come in order |
/// | guessed, up to `guessingLimit` | equal ones | for all guesses at once, across ranges, which come in order |
/// | guessed, larger | along the likeliest guess | each in its range, ranges in any order |
/// | not known | equal ones | not at all |
///
/// Several guesses cannot be tried on ranges in any order: an MD5 starts at the beginning of a part, and the parts of
/// different guesses begin together nowhere but at the beginning of the object. A single part is one stream anyway,
/// and in ranges of the usual size a repetition costs less.
struct PartRoute {
  let layout: PartLayout
  /// The cuts whose digests come out, in their order.
  let tried: [PartBoundaries]
  /// Whether the source's parts are hashed across ranges.
  let isInOrder: Bool

  init(size: Int64, cut: SourceCut?, _ settings: CopySettings, _ limits: WriteLimits) {
    let candidates = cut?.parts.candidates ?? []
    let isKnown = cut.map { $0.parts.authority != .guess } ?? false
    let mayTryAll = isKnown || size <= settings.guessingLimit
    let isOneCut = candidates.count == 1 || !mayTryAll
    if isOneCut, let likeliest = candidates.first, likeliest.count > 1,
      let along = PartLayout(along: likeliest, wanted: settings.partSize, limits)
    {
      layout = along
      tried = [likeliest]
      isInOrder = false
    } else {
      layout = PartLayout(size: size, wanted: settings.partSize, limits)
      tried = mayTryAll ? candidates : []
      isInOrder = !tried.isEmpty
    }
  }
}
