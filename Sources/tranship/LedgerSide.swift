import ArgumentParser
import AuditLedger

/// One of the two sides, as an option names it.
enum LedgerSide: String, CaseIterable, ExpressibleByArgument {
  case source
  case destination

  var side: Side {
    switch self {
    case .source: .source
    case .destination: .destination
    }
  }
}
