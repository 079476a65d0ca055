import AuditLedger
import Checksums
import ObjectStorage

/// Every key of the source: address, name, size, last change.
struct TotalList: ReportWriter {
  let stem = "total_list"
  /// The address of the source, up to the key.
  private let address: String

  init(job: JobSettings) { address = job.source.address(of: "") }

  func write(_ row: ObjectRow, to file: OutputFile) throws(StorageError) {
    let address = self.address
    try file.append { Self.add(row, address, to: &$0) }
  }

  func line(_ row: ObjectRow) -> String {
    var text = TextWriter(capacity: 256)
    Self.add(row, address, to: &text)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  private static func add(_ row: ObjectRow, _ address: String, to text: inout TextWriter) {
    text.add(address)
    row.source.key.add(to: &text)
    text.add(ListMark.tab)
    row.source.key.add(to: &text)
    text.add(ListMark.tab)
    text.add(number: row.source.size)
    text.add(ListMark.tab)
    row.source.lastModifiedAt.add(to: &text)
    text.add(ListMark.newline)
  }
}

/// Every key that is proven: name, size, CRC-64/XZ in decimal, time of completion.
struct CompletedList: ReportWriter {
  let stem = "completed_list"

  func write(_ row: ObjectRow, to file: OutputFile) throws(StorageError) {
    guard row.list == .completed else { return }
    try file.append { Self.add(row, to: &$0) }
  }

  /// Nil for an object of another list.
  func line(_ row: ObjectRow) -> String? {
    guard row.list == .completed else { return nil }
    var text = TextWriter(capacity: 256)
    Self.add(row, to: &text)
    return String(decoding: text.bytes, as: UTF8.self)
  }

  private static func add(_ row: ObjectRow, to text: inout TextWriter) {
    row.source.key.add(to: &text)
    text.add(ListMark.tab)
    text.add(number: row.source.size)
    text.add(ListMark.tab)
    text.add(row.crc64xz?.text ?? ListMark.unknown)
    text.add(ListMark.tab)
    row.endedAt.add(to: &text)
    text.add(ListMark.newline)
  }
}

/// Every key that ended in an error: name, start, end, description.
struct ErrorList: ReportWriter {
  let stem = "error_list"

  func write(_ row: ObjectRow, to file: OutputFile) throws(StorageError) {
    if let line = line(row) { try file.write(line) }
  }

  /// Nil for an object of another list.
  func line(_ row: ObjectRow) -> String? {
    guard row.list == .error else { return nil }
    let errorClass = row.errorClass?.rawValue ?? ListName.error.rawValue
    return listLine(
      row.source.key.percentEncoded, row.startedAt.cell, row.endedAt.cell,
      "\(errorClass): \(shownSafely(row.message))")
  }
}

/// Every key that was left out: address, name, size, reason.
struct SkippedList: ReportWriter {
  let job: JobSettings
  let stem = "skipped_list"

  func write(_ row: ObjectRow, to file: OutputFile) throws(StorageError) {
    if let line = line(row) { try file.write(line) }
  }

  /// Nil for an object of another list.
  func line(_ row: ObjectRow) -> String? {
    guard row.list == .skipped else { return nil }
    let name = row.source.key.percentEncoded
    return listLine(
      job.source.address(of: name), name, String(row.source.size), formulaFree(shownSafely(row.message)))
  }
}

/// Every key that the destination has in another spelling: name, name at the destination.
struct RenamedList: ReportWriter {
  let job: JobSettings
  let stem = "renamed_list"

  func write(_ row: ObjectRow, to file: OutputFile) throws(StorageError) {
    let name = row.source.key.bytes.dropFirst(prefix(of: .source).count)
    guard row.list != .skipped, row.destinationKey.bytes != prefix(of: .destination) + name else { return }
    try file.write(listLine(row.source.key.percentEncoded, row.destinationKey.percentEncoded))
  }

  private func prefix(of side: Side) -> [UInt8] {
    ObjectKey(percentEncoded: job.side(side).prefix)?.bytes ?? []
  }
}

extension JobSide {
  /// The address of a key that is percent-encoded already.
  func address(of name: String) -> String {
    "\(kind.rawValue)://\(shownSafely(bucket))/\(name)"
  }
}

extension ObjectRow {
  /// The CRC-64/XZ of the object: what the destination computed before what this tool computed.
  var crc64xz: Checksum? {
    var (reported, streamed, any): (Checksum?, Checksum?, Checksum?)
    for row in evidence where row.checksum.algorithm == .crc64xz && row.checksum.partCount == nil {
      any = row.checksum
      if row.side == .destination, row.origin == .reported { reported = row.checksum }
      if row.origin == .streamed { streamed = row.checksum }
    }
    return reported ?? streamed ?? any
  }
}
