public import AuditLedger
import Checksums
public import ObjectStorage

/// The reports that can be read.
public enum EvidenceKind: String, CaseIterable, Sendable {
  case md5sum
  case sha1sum
  case sha256sum
  /// `rclone hashsum`, and any mixture of the three above.
  case rclone
  /// The completion report of a "compute checksum" job of S3 Batch Operations.
  case s3Batch = "s3-batch"
  /// What `aws s3api get-object-attributes` or `head-object` print, each object with its key beside it.
  case attributes
  /// The lists of Data Online Migration, and this tool's own.
  case migration

  /// A reader that has seen nothing yet.
  ///
  /// - Parameters:
  ///   - side: whose columns count where a report has both.
  ///   - sourceKind: what the source is; the same column says other things of other stores.
  ///   - isZeroTerminated: the file's rows end with NUL, and its names are written as they are.
  public func format(
    side: Side, sourceKind: StoreLocation.Kind, isZeroTerminated: Bool = false
  ) -> any EvidenceFormat {
    switch self {
    case .md5sum: ChecksumList(.md5, namesAreEscaped: !isZeroTerminated)
    case .sha1sum: ChecksumList(.sha1, namesAreEscaped: !isZeroTerminated)
    case .sha256sum: ChecksumList(.sha256, namesAreEscaped: !isZeroTerminated)
    case .rclone: ChecksumList(nil, namesAreEscaped: !isZeroTerminated)
    case .s3Batch: BatchReport()
    case .attributes: ObjectAttributesDump()
    case .migration: MigrationList(side: side, sourceKind: sourceKind)
    }
  }
}
