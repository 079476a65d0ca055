public import ObjectStorage

extension ErrorList {
  /// So many names that tell two readings apart are looked up.
  private static let namesLookedUp = 100

  /// The keys of the list, in the order of the file.
  ///
  /// Where its names can be read in several ways that make a difference, those decide that exist: of the names that
  /// one reading and another one read differently, some have to exist under the one and none under the other, or all
  /// under the one and not all under the other. Otherwise it throws.
  public func keys(exist: ([ObjectKey]) async throws -> [Bool]) async throws -> [ListedKey] {
    let groups = distinctReadings()
    guard groups.count > 1 else { return groups.first.map { keys(under: $0) } ?? [] }
    let telling = telling(groups)
    var existing: [Set<Int>] = []
    for reading in groups {
      let found = try await exist(telling.compactMap { key(of: $0, under: reading) })
      existing.append(Set(found.indices.filter { found[$0] }))
    }
    let winners = groups.indices.filter { one in
      groups.indices.allSatisfy { other in
        one == other || wins(one, over: other, groups, telling, existing)
      }
    }
    guard winners.count == 1, let winner = winners.first else {
      throw ambiguous(groups, existing.count { !$0.isEmpty }, telling.first)
    }
    return keys(under: groups[winner])
  }

  private func wins(
    _ one: Int, over other: Int, _ groups: [NameReading], _ telling: [ListedName], _ existing: [Set<Int>]
  ) -> Bool {
    let apart = telling.indices.filter {
      key(of: telling[$0], under: groups[one]) != key(of: telling[$0], under: groups[other])
    }
    let (ones, others) = (
      apart.count { existing[one].contains($0) }, apart.count { existing[other].contains($0) }
    )
    return ones > 0 && others == 0 || ones == apart.count && others < ones
  }

  /// One reading of all that give the same keys.
  private func distinctReadings() -> [NameReading] {
    let awkward = names.filter { !$0.isSimple }
    var groups: [NameReading] = []
    for reading in readings {
      let isKnown = groups.contains { other in
        reading.isWhole == other.isWhole
          && awkward.allSatisfy { key(of: $0, under: reading) == key(of: $0, under: other) }
      }
      if !isKnown { groups.append(reading) }
    }
    return groups
  }

  /// The first names that tell any two of the readings apart.
  private func telling(_ groups: [NameReading]) -> [ListedName] {
    var counts: [Int: Int] = [:]
    let hasBothBases = Set(groups.map(\.isWhole)).count > 1
    return names.filter { name in
      guard hasBothBases || !name.isSimple else { return false }
      let keys = groups.map { key(of: name, under: $0) }
      guard Set(keys).count > 1 else { return false }
      var isNeeded = false
      for one in keys.indices {
        for other in keys.indices.prefix(one) where keys[one] != keys[other] {
          let pair = one * keys.count + other
          guard counts[pair, default: 0] < Self.namesLookedUp else { continue }
          counts[pair, default: 0] += 1
          isNeeded = true
        }
      }
      return isNeeded
    }
  }

  private func ambiguous(_ groups: [NameReading], _ found: Int, _ name: ListedName?) -> StorageError {
    let ways = groups.map(\.words).joined(separator: "; ")
    let example = name.map { " (\(ObjectKey(bytes: $0.bytes).shown))" } ?? ""
    return Self.refused(
      path, name?.line,
      "its names\(example) can be read in \(groups.count) ways (\(ways)), and keys exist under \(found) of them; say with --list-names how they are written"
    )
  }
}

extension Array where Element == ListedKey {
  /// In the order of the keys, each once as it was listed first.
  public var sortedOnce: [ListedKey] {
    var once: [ListedKey] = []
    for listed in enumerated().sorted(by: { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) })
    where once.last?.key != listed.element.key {
      once.append(listed.element)
    }
    return once
  }
}
