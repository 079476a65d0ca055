/// Which objects a command looks at.
///
/// An object is in when it matches an `include` or there is none, matches no `exclude`, and keeps to every bound. The
/// first rule that leaves it out is named, in this order:
///
/// | rules | in when |
/// | --- | --- |
/// | `include` | at least one matches, or there is none |
/// | `exclude` | none matches |
/// | `newer` | the last change was at this instant or later |
/// | `older` | the last change was before this instant |
/// | `min-size`, `max-size` | the object has at least, at most, so many bytes |
///
/// A listing that does not tell the last change leaves the object out where an instant is asked for, and says so.
public struct ObjectFilter: Sendable {
  /// The options of the command line, by their names.
  public enum Option: String, CaseIterable, Codable, Sendable {
    case include
    case exclude
    case newer
    case older
    case minSize = "min-size"
    case maxSize = "max-size"
  }

  /// An option and its value.
  public struct Rule: Hashable, Codable, Sendable {
    public var option: Option
    public var value: String

    public init(_ option: Option, _ value: String) {
      self.option = option
      self.value = value
    }

    /// As it would be written behind a command.
    public var words: String { "--\(option.rawValue) \(value)" }
  }

  /// As they were asked for: `30d` is still that.
  public let asked: [Rule]
  /// As they bind: every instant as one, so that the same rules mean the same later.
  public let rules: [Rule]
  private var includes: [KeyPattern] = []
  private var excludes: [(rule: Rule, pattern: KeyPattern)] = []
  private var bounds: [(rule: Rule, bound: Bound)] = []

  private enum Bound: Sendable {
    case newer(Timestamp)
    case older(Timestamp)
    case atLeast(Int64)
    case atMost(Int64)
  }

  /// Leaves nothing out.
  public static let none = ObjectFilter()

  private init() {
    asked = []
    rules = []
  }

  /// Checks rules in the order in which they were given; durations count back from `now`.
  ///
  /// Throws `invalid-request` for a value that cannot be used, and names it.
  public init(_ asked: [Rule], now: Timestamp) throws(StorageError) {
    self.asked = asked
    var rules: [Rule] = []
    for rule in asked {
      var rule = rule
      switch rule.option {
      case .include: includes.append(try Self.pattern(rule))
      case .exclude: excludes.append((rule, try Self.pattern(rule)))
      case .newer, .older:
        let instant = try Self.instant(rule, now)
        rule.value = instant.iso8601
        bounds.append((rule, rule.option == .newer ? .newer(instant) : .older(instant)))
      case .minSize: bounds.append((rule, .atLeast(try Self.bytes(rule))))
      case .maxSize: bounds.append((rule, .atMost(try Self.bytes(rule))))
      }
      rules.append(rule)
    }
    self.rules = rules
  }

  public var isEmpty: Bool { rules.isEmpty }

  /// Why the object is left out, `excluded: --exclude tmp/**`; nil where it is in.
  ///
  /// Patterns see what stands behind the prefix, which the key has to begin with.
  public func exclusion(of object: ListedObject, below prefix: ObjectKey) -> String? {
    if isEmpty { return nil }
    if !includes.isEmpty || !excludes.isEmpty {
      let name = FilteredName(object.key, below: prefix)
      if !includes.isEmpty, !includes.contains(where: { $0.matches(name) }) {
        return Self.reason("no --include matches")
      }
      if let (rule, _) = excludes.first(where: { $0.pattern.matches(name) }) {
        return Self.reason(rule.words)
      }
    }
    for (rule, bound) in bounds {
      if let note = Self.fault(object, bound) { return Self.reason(rule.words + note) }
    }
    return nil
  }

  private static func reason(_ words: String) -> String { "excluded: \(words)" }

  /// Nil where the object keeps to the bound, else what is to be added to the rule.
  private static func fault(_ object: ListedObject, _ bound: Bound) -> String? {
    let isKept: Bool
    switch bound {
    case .atLeast(let bytes): isKept = object.size >= bytes
    case .atMost(let bytes): isKept = object.size <= bytes
    case .newer, .older:
      guard let changedAt = object.lastModifiedAt else { return ", and the last change is not known" }
      switch bound {
      case .newer(let instant): isKept = changedAt >= instant
      case .older(let instant): isKept = changedAt < instant
      case .atLeast, .atMost: isKept = true
      }
    }
    return isKept ? nil : ""
  }
}

extension ObjectFilter {
  private static func pattern(_ rule: Rule) throws(StorageError) -> KeyPattern {
    do {
      return try KeyPattern(rule.value)
    } catch {
      throw StorageError(.invalidRequest, "--\(rule.option.rawValue): \(error.message)")
    }
  }

  private static func instant(_ rule: Rule, _ now: Timestamp) throws(StorageError) -> Timestamp {
    guard let instant = Timestamp(bound: rule.value, now: now) else {
      throw StorageError(
        .invalidRequest,
        "--\(rule.option.rawValue) \(shownSafely(rule.value)) is neither a time (2024-01-02T03:04:05Z), nor a date "
          + "(2024-01-02), nor a time before now (30d, 12h)")
    }
    return instant
  }

  private static func bytes(_ rule: Rule) throws(StorageError) -> Int64 {
    guard let bytes = byteCount(rule.value) else {
      throw StorageError(
        .invalidRequest,
        "--\(rule.option.rawValue) \(shownSafely(rule.value)) is no size, such as 4096, 64KiB or 5GB")
    }
    return bytes
  }
}

extension [ObjectFilter.Rule] {
  /// The rules as options, with quotes where a shell needs them; empty where there are none.
  public var text: String {
    map { "--\($0.option.rawValue) \(Self.quoted($0.value))" }.joined(separator: " ")
  }

  private static func quoted(_ value: String) -> String {
    let isPlain = value.utf8.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2B, 0x2D...0x2F, 0x3A, 0x40, 0x5F: true
      default: false
      }
    }
    guard !isPlain || value.isEmpty else { return value }
    return "'" + value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''")
      + "'"
  }
}
