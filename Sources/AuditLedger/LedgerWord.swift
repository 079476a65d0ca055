import Checksums
import Glibc
import ObjectStorage

/// A word of a closed set, as the ledger spells it.
protocol LedgerWord: RawRepresentable, CaseIterable, Sendable where RawValue == String {
  static var spellings: WordSpellings<Self> { get }
}

/// Finds a word by its bytes: making a text of them first takes several times as long, and a report asks for some
/// ten words an object.
struct WordSpellings<Word: RawRepresentable & CaseIterable & Sendable>: Sendable
where Word.RawValue == String {
  private let words: [Word]
  private let text: [UInt8]
  /// Where each word's bytes end.
  private let ends: [Int]

  init() {
    words = Array(Word.allCases)
    text = words.flatMap { Array($0.rawValue.utf8) }
    var end = 0
    ends = words.map { word in
      end += word.rawValue.utf8.count
      return end
    }
  }

  func word(_ bytes: UnsafeRawBufferPointer) -> Word? {
    guard let wanted = bytes.baseAddress else { return nil }
    return text.withUnsafeBytes { text in
      var start = 0
      for (index, end) in ends.enumerated() {
        if end - start == bytes.count, let known = text.baseAddress,
          memcmp(known + start, wanted, bytes.count) == 0
        {
          return words[index]
        }
        start = end
      }
      return nil
    }
  }
}

extension Side: LedgerWord {
  static let spellings = WordSpellings<Side>()
}

extension Origin: LedgerWord {
  static let spellings = WordSpellings<Origin>()
}

extension Proof: LedgerWord {
  static let spellings = WordSpellings<Proof>()
}

extension ListName: LedgerWord {
  static let spellings = WordSpellings<ListName>()
}

extension ErrorClass: LedgerWord {
  static let spellings = WordSpellings<ErrorClass>()
}

extension ChecksumAlgorithm: LedgerWord {
  static let spellings = WordSpellings<ChecksumAlgorithm>()
}

extension StoreOperation: LedgerWord {
  static let spellings = WordSpellings<StoreOperation>()
}

extension ObjectFilter.Option: LedgerWord {
  static let spellings = WordSpellings<ObjectFilter.Option>()
}
