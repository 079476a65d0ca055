import AuditLedger
public import Inventory
public import ObjectStorage
import StorageClients
public import Transfers

/// What of an inventory cannot land at a destination as it is, and what is better known before: told from the listing
/// alone, while its rows go by in the order of their keys.
public struct Preflight: Sendable {
  public let landing: Landing
  /// Objects that nothing keeps from landing.
  public private(set) var landable = ObjectShare()
  /// Objects with at least one refusal.
  public private(set) var refused = ObjectShare()
  /// An object counts for every reason that it has.
  public private(set) var refusals: [PreflightRefusal: PreflightNotes] = [:]
  /// Of objects that can land.
  public private(set) var warnings: [PreflightWarning: PreflightNotes] = [:]
  /// What moving the objects that land would cost.
  public private(set) var cost: CostSheet
  /// Names that were not compared with others in their folder, because there are too many.
  public var uncomparedNames: Int64 { twins.uncompared }

  private let source: StoreLocation.Kind
  private let rule: KeyRule
  private let largest: Int64
  private var branches = BranchWatch()
  private var twins = TwinWatch()

  public init(
    _ landing: Landing, from source: StoreLocation.Kind, copying settings: CopySettings = CopySettings()
  ) {
    self.landing = landing
    self.source = source
    rule = landing.rule
    largest = landing.rule.limits.maximumObject
    cost = CostSheet(from: source, to: landing, settings)
  }

  /// Looks at the next object.
  public mutating func add(_ object: ListedObject) {
    var candidate = BranchWatch.Candidate(object: object, key: landing.mapping.destinationKey(object.key))
    let keyRefusal = rule.refusal(of: candidate.key)
    if let keyRefusal { note(.key(keyRefusal.reason), object, keyRefusal.message) }
    let stops = noteStops(object)
    candidate.isRefused = keyRefusal != nil || stops
    guard rule == .directory, keyRefusal == nil else { return settle(candidate) }
    if noteFolder(candidate) { candidate.isRefused = true }
    candidate.isTwin = twins.add(candidate.key)
    for settled in branches.add(candidate) { settle(settled) }
  }

  /// Counts the rest, at the end of the rows.
  public mutating func finish() {
    for settled in branches.finish() { settle(settled) }
  }

  /// Counts an object that no later one can stand in the way of.
  private mutating func settle(_ candidate: BranchWatch.Candidate) {
    if candidate.isBranch { note(.fileBesideFolder, candidate.object, "keys go on below it") }
    if candidate.isRefused || candidate.isBranch {
      refused.add(candidate.object.size)
    } else {
      landable.add(candidate.object.size)
      cost.add(candidate.object)
      warn(candidate)
    }
  }
}

extension Preflight {
  /// What stops an object whatever its key.
  private mutating func noteStops(_ object: ListedObject) -> Bool {
    var stops = false
    let largest = largest
    if object.size > largest {
      note(.tooLarge, object, "the object has \(object.size) bytes, the destination takes \(largest)")
      stops = true
    }
    if StorageClass(object.storageClass).access == .archived {
      note(.archived, object, shownSafely(object.storageClass ?? ""))
      stops = true
    }
    if source == .directory, let type = object.objectType {
      note(.notAFile, object, shownSafely(type))
      stops = true
    }
    return stops
  }

  private mutating func noteFolder(_ candidate: BranchWatch.Candidate) -> Bool {
    guard candidate.key.bytes.last == UInt8(ascii: "/"), candidate.object.size > 0 else { return false }
    note(.folderWithBytes, candidate.object, "\(candidate.object.size) bytes")
    return true
  }

  private mutating func note(
    _ refusal: PreflightRefusal, _ object: ListedObject, _ detail: @autoclosure () -> String
  ) {
    refusals[refusal, default: PreflightNotes()].add(object, detail())
  }

  private mutating func warn(_ candidate: BranchWatch.Candidate) {
    let object = candidate.object
    switch object.eTag?.shape {
    case .md5: break
    case .multipart(let parts): warn(.multipartETag, object, "\(parts) parts")
    case .other, nil: warn(.noDigest, object)
    }
    let storageClass = StorageClass(object.storageClass)
    if !storageClass.isDefault { warn(.storageClassNotCarried, object, shownSafely(storageClass.name ?? "")) }
    if storageClass.access == .maybeArchived { warn(.maybeArchived, object) }
    if source == .oss, object.objectType?.lowercased() == "symlink" { warn(.symbolicLink, object) }
    if candidate.isTwin { warn(.twinName, object) }
    // A directory takes no such path.
    guard rule != .directory else { return }
    let segments = SegmentFindings(candidate.key)
    if segments.hasEmpty { warn(.emptySegment, object) }
    if segments.hasDots { warn(.dotSegment, object) }
  }

  private mutating func warn(
    _ warning: PreflightWarning, _ object: ListedObject, _ detail: @autoclosure () -> String = ""
  ) {
    warnings[warning, default: PreflightNotes()].add(object, detail())
  }
}

/// Segments between slashes that others make nothing, or something else, of.
private struct SegmentFindings {
  /// Two slashes in a row, or one in front.
  var hasEmpty = false
  /// A segment `.` or `..`.
  var hasDots = false

  init(_ key: ObjectKey) {
    var length = 0
    var dots = 0
    for byte in key.bytes {
      if byte == UInt8(ascii: "/") {
        end(length, dots)
        if length == 0 { hasEmpty = true }
        (length, dots) = (0, 0)
      } else {
        length += 1
        if byte == UInt8(ascii: ".") { dots += 1 }
      }
    }
    end(length, dots)
  }

  private mutating func end(_ length: Int, _ dots: Int) {
    if length > 0, length <= 2, dots == length { hasDots = true }
  }
}
