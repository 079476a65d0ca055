public import AuditLedger
import ObjectStorage

/// Lists in the words of other tools.
public enum ForeignList: String, CaseIterable, Sendable {
  /// As `rclone check --combined` writes: one of `= + - * !`, a blank, and the path below the source's address.
  case rcloneCombined = "rclone-combined"
  /// As S3 Batch Operations reads it: bucket and percent-encoded key between commas.
  case batchManifest = "s3-batch-manifest"
}

/// What a writing of such a list came to.
public struct ForeignListCounts: Hashable, Sendable {
  public var rows: Int64 = 0
  /// Objects whose names the format cannot hold.
  public var left: Int64 = 0
}

/// Gives the lines of a list in the words of another tool to the body, in the order of the key bytes.
///
/// `lists` names whose objects are wanted. Throws `failed` where the job's source has no bucket and the format wants
/// one.
public func forEachLine(
  of ledger: Ledger, as format: ForeignList, of lists: Set<ListName>,
  isolation: isolated (any Actor)? = #isolation, _ body: (String) throws -> Void
) async throws -> ForeignListCounts {
  guard let job = try await ledger.job() else {
    throw LedgerError(
      .failed, "the ledger \(ledger.path) has no job yet; start one with tranship migrate or inventory")
  }
  if format == .batchManifest, ![.s3, .oss].contains(job.source.kind) {
    throw LedgerError(.failed, "the source is no bucket, so that no manifest can name its objects")
  }
  let single = lists.count == 1 ? lists.first : nil
  var counts = ForeignListCounts()
  try await ledger.forEachObject(in: single) { row in
    guard lists.contains(row.list) else { return }
    switch format {
    case .batchManifest:
      try body("\(job.source.bucket),\(row.source.key.percentEncoded)\n")
    case .rcloneCombined:
      guard let name = RclonePath(row.source.key, below: job.source) else {
        counts.left += 1
        return
      }
      try body("\(row.sigil) \(name.text)\n")
    }
    counts.rows += 1
  }
  if format == .rcloneCombined, lists.contains(.error) {
    try await addExtras(of: ledger, job, &counts, body)
  }
  return counts
}

/// What only the destination has, as the latest verification found it.
private func addExtras(
  of ledger: Ledger, _ job: JobSettings, _ counts: inout ForeignListCounts,
  isolation: isolated (any Actor)? = #isolation, _ body: (String) throws -> Void
) async throws {
  var last: ObjectKey?
  while true {
    let page = try await ledger.extras(after: last, limit: 1000)
    guard let next = page.last?.key else { return }
    last = next
    for object in page {
      guard let name = RclonePath(object.key, below: job.destination) else {
        counts.left += 1
        continue
      }
      try body("- \(name.text)\n")
      counts.rows += 1
    }
  }
}

extension ObjectRow {
  /// What `rclone check` would say: the same, only at the source, different, or not to be told.
  fileprivate var sigil: String {
    switch (list, errorClass) {
    case (.completed, _): "="
    case (.error, .missing?): "+"
    case (.error, .conflict?), (.error, .mismatched?): "*"
    case (.error, _), (.pending, _), (.skipped, _): "!"
    }
  }
}

/// A key as rclone writes a path: symbols for control characters, and a `‛` before what would be taken for one.
struct RclonePath {
  let text: String

  /// Nil where the key is no text, holds what rclone shows for what it cannot read, has a segment `.` or `..`, which
  /// rclone cannot name, or does not stand below the side's address as in a folder.
  init?(_ key: ObjectKey, below side: JobSide) {
    guard let prefix = ObjectKey(percentEncoded: side.prefix), key.hasPrefix(prefix) else { return nil }
    var rest = key.bytes.dropFirst(prefix.bytes.count)
    if let end = prefix.bytes.last, end != UInt8(ascii: "/") {
      guard rest.first == UInt8(ascii: "/") else { return nil }
      rest.removeFirst()
    }
    guard !rest.isEmpty, let name = String(validating: rest, as: UTF8.self),
      !name.unicodeScalars.contains("\u{FFFD}")
    else { return nil }
    // By scalars: a mark behind a slash would make one character of both.
    let segments = name.unicodeScalars.split(separator: "/", omittingEmptySubsequences: false).map {
      String($0)
    }
    guard !segments.contains(where: { $0 == "." || $0 == ".." }) else { return nil }
    text = segments.map { Self.segment($0) }.joined(separator: "/")
  }

  /// Segments that mean themselves, although they begin with a `‛`.
  private static let literal: Set<String> = ["‛．", "‛．‛．"]

  private static func segment(_ segment: String) -> String {
    if literal.contains(segment) { return segment }
    var text = String.UnicodeScalarView()
    for scalar in segment.unicodeScalars {
      switch scalar.value {
      case 0..<0x20: text.append(Unicode.Scalar(0x2400 + scalar.value) ?? scalar)
      case 0x7F: text.append("\u{2421}")
      case 0x2400...0x241F, 0x2421, 0x201B: text.append(contentsOf: ["\u{201B}", scalar])
      default: text.append(scalar)
      }
    }
    return String(text)
  }
}

/// Writes such a list to a file, which gets its name when it is complete.
public func writeForeignList(
  ledger: Ledger, _ format: ForeignList, of lists: Set<ListName>, to path: String
) async throws -> ForeignListCounts {
  let pieces = path.split(separator: "/", omittingEmptySubsequences: false)
  let folder = try ListFolder(pieces.count > 1 ? pieces.dropLast().joined(separator: "/") : ".")
  let stream = try folder.begin(String(pieces.last ?? ""))
  let counts = try await forEachLine(of: ledger, as: format, of: lists) { line in
    guard stream.write(line) else {
      throw StorageError(.localFault, "cannot write \(shownSafely(path)); check the folder and its disk")
    }
  }
  try folder.publish { _ in [] }
  return counts
}
