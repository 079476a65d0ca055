import Checksums
import ObjectStorage

/// A resolution as the columns of the table `outcome`.
struct OutcomeRow {
  var list: ListName
  var proof: Proof?
  var algorithm: ChecksumAlgorithm?
  var errorClass: ErrorClass?
  var message = ""
  var sent = false

  init(_ resolution: Resolution) {
    switch resolution {
    case .completed(let proof, let match, let sent):
      list = .completed
      self.proof = proof
      algorithm = match.checksum.algorithm
      self.sent = sent
    case .error(let errorClass, let message):
      list = .error
      self.errorClass = errorClass
      self.message = message
    case .skipped(let reason):
      list = .skipped
      message = reason
    }
  }

  /// Binds list, proof, its algorithm, error class, message and `sent` at six parameters in a row.
  func bind(to statement: PreparedStatement, from index: Int32) throws {
    try statement.bind(list.rawValue, at: index)
    try statement.bind(proof?.rawValue, at: index + 1)
    try statement.bind(algorithm?.rawValue, at: index + 2)
    try statement.bind(errorClass?.rawValue, at: index + 3)
    try statement.bind(message, at: index + 4)
    try statement.bind(sent ? 1 : 0, at: index + 5)
  }
}

/// Texts as one column, one a line; a line break inside a text becomes a space.
func joinedLines(_ texts: [String]) -> String {
  guard let first = texts.first else { return "" }
  return texts.dropFirst().reduce(into: oneLine(first)) { lines, text in
    lines += "\n"
    lines += oneLine(text)
  }
}

private func oneLine(_ text: String) -> String {
  let isOne = withBytes(of: text) { bytes in
    bytes.allSatisfy { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
  }
  guard !isOne else { return text }
  return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\n" || $0 == "\r" ? " " : $0 }))
}

func splitLines(_ text: String) -> [String] {
  text.isEmpty ? [] : text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
}

extension MetadataVerdict {
  /// Empty for equal metadata, else one difference a line.
  var column: String {
    switch self {
    case .equal: ""
    case .differs(let fields): joinedLines(fields)
    }
  }

  init(column: String) {
    self = column.isEmpty ? .equal : .differs(splitLines(column))
  }
}
