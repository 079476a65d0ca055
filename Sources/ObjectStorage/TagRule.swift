/// Which tags a store keeps.
///
/// | store | tags | key | value | characters |
/// | --- | --- | --- | --- | --- |
/// | S3 | 10 | 128 characters | 256 characters | letters, digits, blanks and `+ - = . _ : / @`; no key begins with `aws:` |
/// | OSS | 10 | 128 bytes | 256 bytes | letters and digits of ASCII, blanks and `+ - = . _ : /` |
public struct TagRule: Hashable, Sendable {
  private let isOSS: Bool

  public static let s3 = TagRule(isOSS: false)
  public static let oss = TagRule(isOSS: true)
  public static let mostTags = 10

  /// The tags that the store keeps, and one sentence for every other.
  public func carried(_ tags: [ObjectTag]) -> (kept: [ObjectTag], notes: [String]) {
    var (kept, notes) = ([ObjectTag](), [String]())
    for tag in tags {
      if let fault = fault(tag) {
        notes.append("tag \(shownSafely(tag.key)) was not carried: \(fault)")
      } else if kept.count == Self.mostTags {
        notes.append("tag \(shownSafely(tag.key)) was not carried: the destination takes \(Self.mostTags)")
      } else {
        kept.append(tag)
      }
    }
    return (kept, notes)
  }

  private func fault(_ tag: ObjectTag) -> String? {
    if tag.key.isEmpty { return "its key is empty" }
    if length(tag.key) > 128 { return "its key has more than 128 \(unit)" }
    if length(tag.value) > 256 { return "its value has more than 256 \(unit)" }
    guard tag.key.unicodeScalars.allSatisfy(isAllowed), tag.value.unicodeScalars.allSatisfy(isAllowed) else {
      return "the destination does not take all of its characters"
    }
    return !isOSS && tag.key.lowercased().hasPrefix("aws:") ? "keys of aws: are Amazon's own" : nil
  }

  private var unit: String { isOSS ? "bytes" : "characters" }
  private func length(_ text: String) -> Int { isOSS ? text.utf8.count : text.unicodeScalars.count }

  private func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    if isOSS, !scalar.isASCII { return false }
    switch scalar {
    case " ", "+", "-", "=", ".", "_", ":", "/": return true
    case "@": return !isOSS
    default:
      return scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || scalar.properties.generalCategory == .nonspacingMark
    }
  }
}
