/// Reads a pattern and writes the program for it.
struct GlobCompiler {
  private let text: String
  private let units: [UInt32]
  private var place = 0
  private var program: [GlobPattern.Step] = []

  init(_ text: String) {
    self.text = text
    units = text.unicodeScalars.map(\.value)
  }

  mutating func compile() throws(StorageError) -> [GlobPattern.Step] {
    guard !units.isEmpty else { throw broken("it is empty; ** matches every key") }
    guard text.utf8.count <= GlobPattern.longest else {
      throw broken("it is longer than \(GlobPattern.longest) bytes")
    }
    if !take("/") { skipToSegment() }
    try sequence(depth: 0)
    if endsInSlash { repeated(.any) }
    program.append(.matched)
    return program
  }

  /// An escaped slash is a slash too.
  private var endsInSlash: Bool { units.last == GlobUnits.slash }

  /// Begins the pattern here, or behind any later `/`.
  private mutating func skipToSegment() {
    program.append(.either(5, 1))
    repeated(.any)
    program.append(.unit(GlobUnits.slash))
  }

  private mutating func repeated(_ step: GlobPattern.Step) {
    let start = program.count
    program += [.either(start + 1, start + 3), step, .jump(start)]
  }

  /// Reads up to the end of the pattern, or of an alternative.
  private mutating func sequence(depth: Int) throws(StorageError) {
    while let unit = peek, !(depth > 0 && (isAt(",") || isAt("}"))) {
      place += 1
      switch Unicode.Scalar(unit) {
      case "*":
        let crosses = take("*")
        while take("*") {}
        repeated(crosses ? .any : .anyInSegment)
      case "?": program.append(.anyInSegment)
      case "[": program.append(.set(try set()))
      case "{": try alternatives(depth: depth + 1)
      case "\\": program.append(.unit(try escaped()))
      default: program.append(.unit(unit))
      }
    }
  }

  private mutating func alternatives(depth: Int) throws(StorageError) {
    guard depth <= 16 else { throw broken("its braces lie more than 16 deep") }
    var exits: [Int] = []
    while true {
      let fork = program.count
      program.append(.matched)
      try sequence(depth: depth)
      if take(",") {
        exits.append(program.count)
        program.append(.matched)
        program[fork] = .either(fork + 1, program.count)
      } else if take("}") {
        program[fork] = .jump(fork + 1)
        break
      } else {
        throw broken("a { is not closed; \\{ matches the brace itself")
      }
    }
    for exit in exits { program[exit] = .jump(program.count) }
  }

  private mutating func set() throws(StorageError) -> GlobSet {
    var set = GlobSet()
    set.isNegated = take("!") || take("^")
    var isFirst = true
    while isFirst || !isAt("]") {
      isFirst = false
      if isAt("["), place + 1 < units.count, units[place + 1] == 0x3A {
        throw broken("[: stands for no set here; write the characters, as in [A-Za-z]")
      }
      let first = try member()
      guard isAt("-"), place + 1 < units.count, units[place + 1] != 0x5D else {
        set.ranges.append(first...first)
        continue
      }
      place += 1
      let last = try member()
      guard first <= last else { throw broken("a range of a set goes backwards") }
      set.ranges.append(first...last)
    }
    place += 1
    return set
  }

  private mutating func member() throws(StorageError) -> UInt32 {
    guard let unit = peek else { throw broken("a [ is not closed; \\[ matches the bracket itself") }
    place += 1
    return Unicode.Scalar(unit) == "\\" ? try escaped() : unit
  }

  private mutating func escaped() throws(StorageError) -> UInt32 {
    guard let unit = peek else { throw broken("nothing stands behind its last backslash") }
    place += 1
    return unit
  }

  private var peek: UInt32? { place < units.count ? units[place] : nil }

  private func isAt(_ scalar: Unicode.Scalar) -> Bool { peek == scalar.value }

  private mutating func take(_ scalar: Unicode.Scalar) -> Bool {
    guard isAt(scalar) else { return false }
    place += 1
    return true
  }

  private func broken(_ why: String) -> StorageError {
    StorageError(.invalidRequest, "the pattern \(shownSafely(text)) cannot be used: \(why)")
  }
}
