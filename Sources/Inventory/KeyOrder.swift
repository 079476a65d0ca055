import AuditLedger
import ObjectStorage

/// Puts the rows of a listing that is made in pieces back into the order of their keys, as they come.
///
/// Rows of pieces that are ahead wait for those before them. Where too many would have to, or a store does not keep its
/// order, nothing more is given out: the ledger has the rows in order at the end.
struct KeyOrder {
  /// A piece by what of it never changes.
  private struct Piece: Hashable {
    var prefix: ObjectKey
    var start: ObjectKey?

    init(_ range: ListingRange) { (prefix, start) = (range.prefix, range.start) }
    init(folder: ObjectKey) { prefix = folder }
  }

  private enum Slot {
    case rows([ListedObject])
    /// What is not listed yet of a piece.
    case piece(Piece)
  }

  /// Of rows, and of pieces.
  private static let mostWaiting = 100_000

  /// False once it gave up; what was given out then is the beginning of the rows and no more.
  private(set) var isWhole = true
  private(set) var given: Int64 = 0

  private var slots: [Slot]
  /// Slots before this one are used up.
  private var first = 0
  private var waiting = 0
  private var last: ObjectKey?

  /// The listing of a prefix, before its first page.
  init(of prefix: ObjectKey) {
    slots = [.piece(Piece(ListingRange(prefix: prefix)))]
  }

  /// Takes a page and gives the rows that are next, as far as no piece before them is open.
  mutating func take(_ progress: RangeProgress, _ receive: (ListedObject) -> Void) {
    guard isWhole else { return }
    let piece = Piece(progress.range)
    guard let index = index(of: piece) else { return giveUp() }
    var new = Self.slots(progress)
    if !progress.isDone { new.append(.piece(piece)) }
    slots.replaceSubrange(index...index, with: new)
    waiting += progress.objects.count
    give(receive)
    if waiting > Self.mostWaiting || slots.count - first > Self.mostWaiting { giveUp() }
  }

  /// Notes that what comes behind a piece has become one of its own.
  mutating func split(_ range: ListingRange, into rest: ListingRange) {
    guard isWhole else { return }
    guard let index = index(of: Piece(range)) else { return giveUp() }
    slots.insert(.piece(Piece(rest)), at: index + 1)
  }

  mutating func giveUp() {
    isWhole = false
    slots = []
    first = 0
  }

  private func index(of piece: Piece) -> Int? {
    slots[first...].firstIndex { if case .piece(piece) = $0 { true } else { false } }
  }

  /// The rows of a page between its folders, which are pieces themselves.
  private static func slots(_ progress: RangeProgress) -> [Slot] {
    var slots: [Slot] = []
    var objects = progress.objects[...]
    for folder in progress.folders {
      let end = objects.firstIndex { folder < $0.key } ?? objects.endIndex
      if end > objects.startIndex { slots.append(.rows(Array(objects[..<end]))) }
      objects = objects[end...]
      slots.append(.piece(Piece(folder: folder)))
    }
    if !objects.isEmpty {
      slots.append(.rows(objects.count == progress.objects.count ? progress.objects : Array(objects)))
    }
    return slots
  }

  private mutating func give(_ receive: (ListedObject) -> Void) {
    while first < slots.count, case .rows(let rows) = slots[first] {
      for row in rows {
        if let last, !(last < row.key) { return giveUp() }
        receive(row)
        last = row.key
      }
      given += Int64(rows.count)
      waiting -= rows.count
      slots[first] = .rows([])
      first += 1
    }
    guard first > 256, first > slots.count / 2 else { return }
    slots.removeFirst(first)
    first = 0
  }
}
