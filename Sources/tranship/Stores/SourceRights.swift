import AuditLedger
import Migration
import ObjectStorage
import StorageClients

/// What a user should know of the rights that the source's credentials have.
enum SourceRights {
  /// A warning before objects are moved; nil where nothing is known against the credentials.
  static func warning(source: any ObjectReader, destination: any ObjectReader) -> String? {
    SharedKeys.of(source: source, destination: destination).map { key in
      "warning: source and destination use one \(key), which may write to both; \(advice(source))"
    }
  }

  /// The doctor's finding; nil where the source needs no credentials.
  static func finding(source: any ObjectReader, destination: any ObjectReader) -> Finding? {
    guard SharedKeys.areUsed(by: source) else { return nil }
    guard let key = SharedKeys.of(source: source, destination: destination) else {
      return Finding(
        .source, "rights", .good,
        "its keys are not known to write; that is not tried, for nothing is ever written to a source")
    }
    return Finding(
      .source, "rights", .notice, "it uses the destination's \(key), which may write; \(advice(source))")
  }

  private static func advice(_ source: any ObjectReader) -> String {
    let vendor = source.location.kind.rawValue
    return "nothing is written to a source, and keys that only read keep it so: "
      + "tranship policy \(vendor) \(shownSafely(source.location.url)) --role source prints their policy"
  }
}
