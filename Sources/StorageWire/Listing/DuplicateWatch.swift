/// Notices what a page names twice: at once where names ascend, as almost every store lists keys.
struct DuplicateWatch<Name: Hashable & Comparable> {
  private var names: [Name] = []
  private var seen: Set<Name>?

  mutating func admits(_ name: Name) -> Bool {
    if seen == nil {
      if names.last.map({ $0 < name }) ?? true {
        names.append(name)
        return true
      }
      seen = Set(names)
    }
    return seen?.insert(name).inserted ?? true
  }
}
