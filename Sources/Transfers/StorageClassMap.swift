public import ObjectStorage

/// Which storage class copies get; the option `--storage-class`.
public enum StorageClassChoice: Hashable, Sendable {
  /// The destination's own, which nobody asks for.
  case own
  /// The one that is closest to the source's.
  case keep
  /// One by its name.
  case named(String)
}

/// The storage classes of the vendors, and which are closest to each other.
///
/// | S3 | to OSS | OSS | to S3 |
/// | --- | --- | --- | --- |
/// | `STANDARD` | `Standard` | `Standard` | `STANDARD` |
/// | `STANDARD_IA`, `ONEZONE_IA`, `GLACIER_IR` | `IA` | `IA` | `STANDARD_IA` |
/// | `GLACIER` | `Archive` | `Archive` | `GLACIER` |
/// | `DEEP_ARCHIVE` | `DeepColdArchive` | `ColdArchive`, `DeepColdArchive` | `DEEP_ARCHIVE` |
/// | any other, such as `INTELLIGENT_TIERING` | none | any other | none |
///
/// Between stores of one vendor a class stays itself, unless nobody can ask for it. Where there is none the copy gets
/// the destination's own class and a note.
public enum StorageClassMap {
  /// What may be asked for when an object is written.
  public static func settable(_ kind: StoreLocation.Kind) -> [String] {
    switch kind {
    case .s3:
      [
        "STANDARD", "REDUCED_REDUNDANCY", "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "GLACIER_IR",
        "GLACIER", "DEEP_ARCHIVE",
      ]
    case .oss: ["Standard", "IA", "Archive", "ColdArchive", "DeepColdArchive"]
    case .directory, .memory: []
    }
  }

  /// The class to ask for, nil for none, and what the choice could not do.
  public static func carried(
    _ name: String?, from source: StoreLocation.Kind, to destination: StoreLocation.Kind,
    _ choice: StorageClassChoice
  ) -> (name: String?, note: String?) {
    switch choice {
    case .own: return (nil, nil)
    case .named(let name): return (name, nil)
    case .keep:
      // A listing without classes, or a directory.
      guard let name else { return (nil, nil) }
      let closest = closest(to: name, from: source, in: destination)
      if closest == nil, settable(destination).isEmpty, StorageClass(name).isDefault { return (nil, nil) }
      let note =
        closest == nil
        ? "storage class \(shownSafely(name)) has no like at the destination; its own class was taken" : nil
      return (closest, note)
    }
  }

  private static func closest(
    to name: String, from source: StoreLocation.Kind, in destination: StoreLocation.Kind
  ) -> String? {
    switch (source, destination) {
    case (.s3, .oss): return toOSS[name]
    case (.oss, .s3): return toS3.first { $0.key.lowercased() == name.lowercased() }?.value
    // Listings of OSS print the class in other cases too.
    case (.s3, .s3), (.oss, .oss):
      return settable(destination).first { $0.lowercased() == name.lowercased() }
    default: return nil
    }
  }

  private static let toOSS = [
    "STANDARD": "Standard", "STANDARD_IA": "IA", "ONEZONE_IA": "IA", "GLACIER_IR": "IA",
    "GLACIER": "Archive", "DEEP_ARCHIVE": "DeepColdArchive",
  ]
  private static let toS3 = [
    "Standard": "STANDARD", "IA": "STANDARD_IA", "Archive": "GLACIER", "ColdArchive": "DEEP_ARCHIVE",
    "DeepColdArchive": "DEEP_ARCHIVE",
  ]
}
