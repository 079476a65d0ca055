public import AuditLedger
public import ObjectStorage

/// What a run would do with a key.
public enum PlannedAction: String, CaseIterable, Sendable {
  /// Sent; the destination does not have it.
  case copy
  /// Sent over what the destination has.
  case overwrite
  /// Completed without sending a byte: proven equal as it stands.
  case equal
  /// Completed before.
  case done
  /// Skipped: the rule keeps what the destination has.
  case keep
  /// Skipped: left out by filters, or gone from the source.
  case skip
  /// An error: the destination has something else.
  case conflict
  /// An error: it cannot land, or cannot be looked at.
  case refuse
  /// In the error list already, which a retry takes up.
  case error
  /// Left alone by the filters of a retry.
  case wait
}

/// What a run would do with one key, and why.
public struct PlannedKey: Sendable {
  public var source: ListedObject
  public var destinationKey: ObjectKey
  public var action: PlannedAction
  /// A word for the reason, by which keys are counted; empty where the action says it all.
  public var cause: String
  /// The reason in full, as the run would write it down.
  public var reason: String

  /// The list that the key would end in, if all that is sent arrives.
  public var list: ListName {
    switch action {
    case .copy, .overwrite, .equal, .done: .completed
    case .keep, .skip: .skipped
    case .conflict, .refuse, .error: .error
    case .wait: .pending
    }
  }
}

/// How many keys a plan has for each action and cause, and the first few of them.
public struct PlanSummary: Sendable {
  public struct Group: Hashable, Sendable {
    public var action: PlannedAction
    public var cause: String
  }

  public struct Share: Sendable {
    public var objects: Int64 = 0
    public var bytes: Int64 = 0
    public var examples: [PlannedKey] = []
  }

  public static let mostExamples = 3

  public private(set) var shares: [Group: Share] = [:]

  public init() {}

  public mutating func add(_ key: PlannedKey) {
    var share = shares[Group(action: key.action, cause: key.cause), default: Share()]
    share.objects += 1
    share.bytes = share.bytes.addingSaturated(key.source.size)
    if share.examples.count < Self.mostExamples { share.examples.append(key) }
    shares[Group(action: key.action, cause: key.cause)] = share
  }

  /// In the order of the actions, the largest share first.
  public var rows: [(group: Group, share: Share)] {
    let order = Dictionary(uniqueKeysWithValues: PlannedAction.allCases.enumerated().map { ($1, $0) })
    return shares.map { (group: $0.key, share: $0.value) }.sorted { one, other in
      let places = (order[one.group.action] ?? 0, order[other.group.action] ?? 0)
      if places.0 != places.1 { return places.0 < places.1 }
      if one.share.objects != other.share.objects { return one.share.objects > other.share.objects }
      return one.group.cause < other.group.cause
    }
  }

  /// Keys that would end in the error list.
  public var errors: Int64 {
    shares.filter { [.conflict, .refuse, .error].contains($0.key.action) }.reduce(0) { $0 + $1.value.objects }
  }
}
