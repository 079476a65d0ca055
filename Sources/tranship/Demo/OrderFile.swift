import NIOCore

/// One file of the demo's data: book orders as CSV, the same bytes for the same day and number.
///
/// Columns: order_id, user_id (1 to 50), book_id (1 to 9), book_name, order_count (1 to 5), order_amount (yen).
struct OrderFile {
  /// The date as `yyyymmdd`.
  let day: String
  /// From 1.
  let number: Int
  let rows: Int

  var key: String { "test-data/\(day)/test_data_\(day)_\(number).csv" }

  private static let books: [(name: String, price: Int)] = [
    ("吾輩は猫である", 693), ("銀河鉄道の夜", 473), ("注文の多い料理店", 539), ("セロ弾きのゴーシュ", 407),
    ("走れメロス", 440), ("グッド・バイ", 605), ("羅生門・鼻・芋粥", 528), ("蜘蛛の糸・杜子春", 407), ("春琴抄・盲目物語", 737),
  ]
  private static let titles = books.map { Array($0.name.utf8) }
  private static let header = "order_id,user_id,book_id,book_name,order_count,order_amount\n"

  /// The 110 files of the data set: ten a day from 2021-08-29 to 2021-09-08.
  static func all(rows: Int) -> [OrderFile] {
    let days = ["20210829", "20210830", "20210831"] + (1...8).map { "2021090\($0)" }
    return days.flatMap { day in (1...10).map { OrderFile(day: day, number: $0, rows: rows) } }
  }

  func contents() -> ByteBuffer {
    var random = SplitMix(seed: UInt64(day) ?? 0, UInt64(number))
    var buffer = ByteBufferAllocator().buffer(capacity: rows * 72 + Self.header.utf8.count)
    buffer.writeString(Self.header)
    var row: [UInt8] = []
    for _ in 0..<rows {
      row.removeAll(keepingCapacity: true)
      appendRow(to: &row, &random)
      buffer.writeBytes(row)
    }
    return buffer
  }

  private func appendRow(to row: inout [UInt8], _ random: inout SplitMix) {
    appendUUID(to: &row, random.next(), random.next())
    let choice = random.next()
    let user = Int(choice % 50) + 1
    let book = Int((choice >> 8) % 9)
    let count = Int((choice >> 16) % 5) + 1
    appendNumber(user, to: &row)
    appendNumber(book + 1, to: &row)
    row.append(comma)
    row.append(contentsOf: Self.titles[book])
    appendNumber(count, to: &row)
    appendNumber(count * Self.books[book].price, to: &row)
    row.append(UInt8(ascii: "\n"))
  }

  private func appendNumber(_ number: Int, to row: inout [UInt8]) {
    row.append(comma)
    var divisor = 1
    while number / divisor >= 10 { divisor *= 10 }
    while divisor > 0 {
      row.append(UInt8(ascii: "0") + UInt8(number / divisor % 10))
      divisor /= 10
    }
  }

  /// A random UUID, version 4.
  private func appendUUID(to row: inout [UInt8], _ high: UInt64, _ low: UInt64) {
    let high = high & 0xffff_ffff_ffff_0fff | 0x4000
    let low = low & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000
    for digit in 0..<32 {
      if digit == 8 || digit == 12 || digit == 16 || digit == 20 { row.append(UInt8(ascii: "-")) }
      let word = digit < 16 ? high : low
      row.append(hexDigits[Int(word >> UInt64(60 - 4 * (digit % 16)) & 15)])
    }
  }
}

private let comma = UInt8(ascii: ",")
private let hexDigits = Array("0123456789abcdef".utf8)

/// Sebastiano Vigna's SplitMix64: small, fast, and the same on every machine.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64...) {
    state = seed.reduce(0x9e37_79b9_7f4a_7c15) { ($0 ^ $1) &* 0xbf58_476d_1ce4_e5b9 }
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
