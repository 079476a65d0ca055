import ObjectStorage
import Testing

@Suite struct TextWriterTests {
  @Test("a number has the digits that the language gives it")
  func numbers() {
    var numbers: [Int64] = [0, .max, .min, .max - 1, .min + 1]
    var power: Int64 = 1
    while power < .max / 10 {
      power *= 10
      numbers += [power - 1, power, power + 1, power / 10 * 3 + 7]
    }
    var text = TextWriter(capacity: 0)
    for number in numbers.flatMap({ [$0, 0 &- $0] }) {
      text.removeAll()
      text.add(number: number)
      #expect(String(decoding: text.bytes, as: UTF8.self) == "\(number)")
    }
  }
}
