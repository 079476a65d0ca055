import Migration
import StorageClients

extension PreflightRefusal {
  /// What the reason means, for people.
  var explanation: String {
    switch self {
    case .key(let reason): reason.explanation
    case .tooLarge: "larger than the destination takes"
    case .archived: "restore it first: the source does not read it out"
    case .notAFile: "a link, device or pipe"
    case .folderWithBytes: "ends in / and has bytes, which no folder has"
    case .fileBesideFolder: "other keys go on below it, and nothing is a file and a folder"
    }
  }
}

extension KeyRefusal.Reason {
  fileprivate var explanation: String {
    switch self {
    case .empty: "no key at all"
    case .tooLong: "longer than the destination takes"
    case .zeroByte: "has a NUL byte"
    case .notText: "is not UTF-8"
    case .leadingSlash: "starts with /"
    case .leadingBackslash: "starts with \\"
    case .emptySegment: "has // in it, which a path would drop"
    case .dotSegment: "has the segment ., which a path would drop"
    case .parentSegment: "has the segment .., which leaves its folder"
    case .longSegment: "has a segment of more than 255 bytes"
    case .reservedFolder: "in the folder that is kept for unfinished writes"
    }
  }
}

extension PreflightWarning {
  /// What the warning means, for people.
  var explanation: String {
    switch self {
    case .multipartETag: "equal bytes are proven only by rebuilding the ETag from the source's parts"
    case .noDigest: "the listing has no digest; where HEAD has none either, the proof is `streamed`"
    case .storageClassNotCarried: "lands in the destination's own class"
    case .maybeArchived: "archive tiers of the class are in no listing"
    case .symbolicLink: "the bytes of the link's target are copied"
    case .emptySegment: "has // or starts with /: other tools lose a slash"
    case .dotSegment: "has the segment . or ..: other tools resolve it"
    case .twinName: "differs from another name in case or Unicode normalization only"
    }
  }
}
