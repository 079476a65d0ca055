import Glibc

/// An address of IPv4 or IPv6 as its bytes; an IPv4 address inside IPv6 is the IPv4 address.
struct IPAddress: Hashable {
  let bytes: [UInt8]

  /// Nil for anything that is not written as an address.
  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      let all = withUnsafeBytes(of: six) { Array($0) }
      let isMapped = all.prefix(10).allSatisfy { $0 == 0 } && all[10] == 0xff && all[11] == 0xff
      bytes = isMapped ? Array(all.suffix(4)) : all
    } else {
      return nil
    }
  }

  var isLoopback: Bool {
    bytes.count == 4 ? bytes[0] == 127 : bytes.dropLast().allSatisfy { $0 == 0 } && bytes.last == 1
  }

  /// Whether the first bits are those of a network.
  func isInside(_ network: IPAddress, bits: Int) -> Bool {
    guard bytes.count == network.bytes.count else { return false }
    return zip(bytes, network.bytes).enumerated().allSatisfy { index, pair in
      let kept = min(max(bits - index * 8, 0), 8)
      return (pair.0 ^ pair.1) >> UInt8(8 - kept) == 0 || kept == 0
    }
  }
}
