/// The vendor whose spelling a listing has.
public enum ListingDialect: String, Sendable {
  case s3
  case oss

  var encoding: ListingRequest.Encoding {
    switch self {
    case .s3: .plusIsSpace
    case .oss: .plusIsPlus
    }
  }

  private static let classesOfOSS: Set<String> = [
    "Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive",
  ]

  /// The vendor as a page shows it; nil where nothing does, or one thing says S3 and another OSS.
  ///
  /// | the page has | vendor |
  /// | --- | --- |
  /// | the namespace of S3 | S3 |
  /// | a namespace of Alibaba Cloud, a row with `Type`, a storage class as OSS spells it | OSS |
  init?(sniffing draft: ListingDraft) {
    let namespace = draft.namespace ?? ""
    let isS3 = namespace.contains("amazonaws.com")
    let isOSS =
      namespace.contains("aliyuncs.com")
      || draft.entries.contains { entry in
        entry.fields[.type] != nil
          || draft.text(entry.fields[.storageClass]).map(Self.classesOfOSS.contains) == true
      }
    guard isS3 != isOSS else { return nil }
    self = isS3 ? .s3 : .oss
  }
}
