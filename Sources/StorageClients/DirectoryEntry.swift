import Checksums
import Glibc
import ObjectStorage

/// What a directory knows of one name.
struct DirectoryEntry: Sendable {
  /// What stands there.
  enum Kind: Sendable {
    case file
    case folder
    case link
    /// A device, pipe or socket.
    case special
  }

  let kind: Kind
  /// In bytes; zero for a folder.
  let size: Int64
  let modifiedAt: Timestamp?
  private let modifiedSecond: Int64
  private let modifiedNanosecond: Int64
  private let inode: UInt64

  init(_ status: stat) {
    kind =
      switch status.st_mode & S_IFMT {
      case S_IFREG: .file
      case S_IFDIR: .folder
      case S_IFLNK: .link
      default: .special
      }
    size = kind == .folder ? 0 : max(0, Int64(status.st_size))
    modifiedSecond = Int64(status.st_mtim.tv_sec)
    modifiedNanosecond = Int64(status.st_mtim.tv_nsec)
    inode = UInt64(status.st_ino)
    modifiedAt = Self.timestamp(second: modifiedSecond, nanosecond: modifiedNanosecond)
  }

  /// An opaque validator: it changes with size, time of change and file.
  ///
  /// Two changes in place within one tick of the file system's clock look alike. Its three groups and the letter before them can be taken neither for an MD5 nor for a multipart ETag. A
  /// folder that stands for a marker has one generation: its changes are those of other keys.
  var eTag: ETag {
    guard kind != .folder else { return Self.folderETag }
    return ETag("f\(hex(size))-\(hex(modifiedSecond)).\(hex(modifiedNanosecond))-\(hex(inode))")
  }

  func isSameGeneration(as other: DirectoryEntry) -> Bool {
    kind == other.kind && size == other.size && modifiedSecond == other.modifiedSecond
      && modifiedNanosecond == other.modifiedNanosecond && inode == other.inode
  }

  var attributes: ObjectAttributes {
    ObjectAttributes(
      size: size, eTag: eTag, lastModifiedAt: modifiedAt, objectType: objectType,
      checksums: kind == .folder ? Self.folderChecksums : [])
  }

  static let folderETag = ETag("folder")
  /// A marker has no bytes by definition, so its digests are known.
  static let folderChecksums = [ChecksumAlgorithm.md5, .crc64xz].map { Checksum.of([], $0) }

  func listed(as key: ObjectKey) -> ListedObject {
    ListedObject(key: key, size: size, eTag: eTag, lastModifiedAt: modifiedAt, objectType: objectType)
  }

  /// Names what cannot be read as an object, so that a listing does not hide it.
  private var objectType: String? {
    switch kind {
    case .file, .folder: nil
    case .link: "Symlink"
    case .special: "Special"
    }
  }

  private static func timestamp(second: Int64, nanosecond: Int64) -> Timestamp? {
    let (milliseconds, overflow) = second.multipliedReportingOverflow(by: 1000)
    let (sum, overflowed) = milliseconds.addingReportingOverflow(nanosecond / 1_000_000)
    return overflow || overflowed ? nil : Timestamp(millisecondsSinceEpoch: sum)
  }
}

private func hex(_ number: some BinaryInteger) -> String { String(number, radix: 16) }
