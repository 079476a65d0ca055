import Glibc

/// The files and sockets that the process may have open.
enum OpenFiles {
  /// Those of ledgers, reports, pipes and event loops.
  private static let others = 128
  private static let most: rlim_t = 16_384
  /// Where the system does not tell.
  private static let fewest = 256

  /// As many transfers as the limit allows, once it is as high as the system lets it be: each has two connections.
  static var transfers: Int {
    let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
    var limit = rlimit()
    guard getrlimit(resource, &limit) == 0 else { return fewest }
    var raised = limit
    raised.rlim_cur = min(limit.rlim_max, most)
    // Where it cannot be raised, what there is counts.
    if raised.rlim_cur > limit.rlim_cur, setrlimit(resource, &raised) == 0 { limit = raised }
    return max(1, (Int(min(limit.rlim_cur, most)) - others) / 2)
  }
}
