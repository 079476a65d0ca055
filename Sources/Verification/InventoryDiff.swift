public import AuditLedger
public import ObjectStorage
import Synchronization

/// What is in one inventory and not in another, and what is not alike in both.
public struct InventoryDiff: Sendable {
  /// A key that is not alike on both sides.
  public enum Finding: Sendable {
    case onlySource(ListedObject)
    case onlyDestination(ListedObject)
    case differs(ListedObject, ListedObject, ListedLikeness.Difference)
  }

  public struct Counts: Hashable, Sendable {
    public var onlySource = InventoryMerge.Share()
    public var onlyDestination = InventoryMerge.Share()
    /// Bytes are those of the source.
    public var differing = InventoryMerge.Share()
    /// Equal by a digest.
    public var equal = InventoryMerge.Share()
    /// Of one size, and no digest of one kind is known of both.
    public var sameSize = InventoryMerge.Share()
    /// Left out by the filters.
    public var excluded = InventoryMerge.Share()

    public init() {}

    public var hasDifferences: Bool {
      onlySource.objects > 0 || onlyDestination.objects > 0 || differing.objects > 0
    }
  }

  private let source: InventoryPlace
  private let destination: InventoryPlace
  private let filter: ObjectFilter

  public init(source: InventoryPlace, destination: InventoryPlace, filter: ObjectFilter = .none) {
    self.source = source
    self.destination = destination
    self.filter = filter
  }

  /// Compares key by key, in the order of what stands behind the prefixes; the body gets the findings, and ends the
  /// comparison by returning false.
  ///
  /// Of a key that both sides have, the filters look at the source's row.
  public func run(_ body: @escaping @Sendable (Finding) -> Bool) async throws(LedgerError) -> Counts {
    let prefixes = (source: try await source.prefix, destination: try await destination.prefix)
    let box = CountsBox()
    let filter = filter
    let equal = try await InventoryMerge(source: source, destination: destination)
      .run(givesAll: !filter.isEmpty) { row in
        let isOut =
          switch row {
          case .source(let object), .both(let object, _):
            filter.exclusion(of: object, below: prefixes.source) != nil
          case .destination(let object): filter.exclusion(of: object, below: prefixes.destination) != nil
          }
        guard let finding = box.add(row, isOut: isOut) else { return true }
        return body(finding)
      }
    var sum = box.value
    sum.equal.objects += equal.objects
    sum.equal.bytes = sum.equal.bytes.addingReportingOverflow(equal.bytes).partialValue
    return sum
  }
}

/// Counts that the walk adds to from the ledger's thread.
private final class CountsBox: Sendable {
  private let counts = Mutex(InventoryDiff.Counts())

  var value: InventoryDiff.Counts { counts.withLock { $0 } }

  /// Counts a row; returns what is to be told of it.
  func add(_ row: InventoryMerge.Row, isOut: Bool) -> InventoryDiff.Finding? {
    counts.withLock { counts in
      switch row {
      case .source(let object), .destination(let object), .both(let object, _):
        if isOut {
          counts.excluded.add(object.size)
          return nil
        }
      }
      return Self.count(row, in: &counts)
    }
  }

  private static func count(
    _ row: InventoryMerge.Row, in counts: inout InventoryDiff.Counts
  ) -> InventoryDiff.Finding? {
    switch row {
    case .source(let object):
      counts.onlySource.add(object.size)
      return .onlySource(object)
    case .destination(let object):
      counts.onlyDestination.add(object.size)
      return .onlyDestination(object)
    case .both(let one, let other):
      switch ListedLikeness(one, other) {
      case .equal: counts.equal.add(one.size)
      case .sameSize: counts.sameSize.add(one.size)
      case .differs(let difference):
        counts.differing.add(one.size)
        return .differs(one, other, difference)
      }
      return nil
    }
  }
}
