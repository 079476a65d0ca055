import Glibc

/// The files and sockets that the process may have open.
enum OpenFiles {
  /// Those of ledgers, reports, pipes and event loops.
  private static let others = 128
  private static let most: rlim_t = 16_384
  /// More connections are not opened to one store.
  private static let mostTransfers = 1024
  /// Where the system does not tell.
  private static let fewest = 256

  /// Raises the limit as high as the system lets it be; as many transfers as it allows then.
  ///
  /// Each has two connections, and two may rest beside them: small objects have connections of their own.
  static func transfers() -> Int {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return fewest }
    var raised = limit
    raised.rlim_cur = min(limit.rlim_max, most)
    // Where it cannot be raised, what there is counts.
    if raised.rlim_cur > limit.rlim_cur, setrlimit(resource, &raised) == 0 { limit = raised }
    return min(mostTransfers, max(1, (Int(min(limit.rlim_cur, most)) - others) / 4))
  }
}
