import Glibc
public import ObjectStorage

/// Throws `invalid-request` where both sides name one place, or one lies inside the other.
///
/// An object that is compared with itself is always equal: a forgotten `--destination-endpoint` would prove everything.
/// Buckets are one where endpoint and name are, whatever the protocol; directories where their real paths are.
public func requireApart(
  source: StoreLocation, _ sourcePrefix: ObjectKey, destination: StoreLocation, _ destinationPrefix: ObjectKey
) throws(StorageError) {
  let isInside: Bool
  switch (source.kind, destination.kind) {
  case (.directory, .directory):
    let (one, other) = (realFolder(source.bucket), realFolder(destination.bucket))
    isInside = one.hasPrefix(other) || other.hasPrefix(one)
  case (.directory, _), (_, .directory): return
  default:
    guard source.bucket == destination.bucket, source.endpoint == destination.endpoint else { return }
    isInside = sourcePrefix.hasPrefix(destinationPrefix) || destinationPrefix.hasPrefix(sourcePrefix)
  }
  guard isInside else { return }
  throw StorageError(
    .invalidRequest,
    "source and destination are one place, or one lies inside the other: \(shown(source, sourcePrefix)) and "
      + "\(shown(destination, destinationPrefix)); objects would be compared with themselves; \(advice(source))"
  )
}

private func advice(_ location: StoreLocation) -> String {
  location.kind == .directory
    ? "name two directories that lie apart"
    : "give --source-endpoint or --destination-endpoint, another bucket, or prefixes that end in / and lie apart"
}

/// The path without links and with a slash at its end, so that it begins with those of the folders around it.
private func realFolder(_ path: String) -> String {
  guard let real = realpath(path, nil) else { return path.hasSuffix("/") ? path : "\(path)/" }
  defer { free(real) }
  let resolved = String(cString: real)
  return resolved.hasSuffix("/") ? resolved : "\(resolved)/"
}

private func shown(_ location: StoreLocation, _ prefix: ObjectKey) -> String {
  guard location.kind != .directory else { return shownSafely(location.url) }
  return shownSafely(location.url) + "/\(prefix.shown)"
    + (location.endpoint.isEmpty ? "" : " at \(shownSafely(location.endpoint))")
}
