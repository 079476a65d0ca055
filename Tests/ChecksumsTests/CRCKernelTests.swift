import Checksums
import Glibc
import StorageTesting
import Testing

private struct PublishedCRCs: Decodable {
  struct Vector: Decodable {
    var length: Int
    var data_hex: String?
    var data: String
    var crc32_hex: String
    var crc32c_hex: String
    var crc64xz_oss_hex: String
    var crc64nvme_hex: String

    var bytes: [UInt8]? {
      if data == "inline" { return data_hex.flatMap { decodeHex($0) } }
      let seed = data.split(whereSeparator: { !$0.isNumber }).last.flatMap { UInt32($0) }
      return seed.map { linearCongruentialBytes(length, seed: $0) }
    }

    func hex(_ algorithm: ChecksumAlgorithm) -> String? {
      switch algorithm {
      case .crc64xz: crc64xz_oss_hex
      case .crc64nvme: crc64nvme_hex
      case .crc32: crc32_hex
      case .crc32c: crc32c_hex
      case .md5, .sha1, .sha256, .multipartETag: nil
      }
    }
  }

  var vectors: [Vector]
}

@Suite("CRC kernels")
struct CRCKernelTests {
  @Test(
    "every kernel gives the published values", arguments: CRCKernel.supported, CRCDefinition.all)
  func published(_ kernel: CRCKernel, _ crc: CRCDefinition) throws {
    let vectors = try Fixtures.decode(PublishedCRCs.self, "checksums.json").vectors
    #expect(vectors.contains { $0.length >= 4096 })
    for vector in vectors {
      let bytes = try #require(vector.bytes)
      #expect(bytes.count == vector.length)
      let value = bytes.withUnsafeBufferPointer { crc.value(kernel, $0[...]) }
      #expect(Checksum(crc.algorithm, value: value).hex == vector.hex(crc.algorithm))
    }
  }

  @Test(
    "every kernel gives the bitwise CRC of every length up to 4,096", arguments: CRCKernel.supported,
    CRCDefinition.all)
  func lengths(_ kernel: CRCKernel, _ crc: CRCDefinition) {
    let bytes = linearCongruentialBytes(4096, seed: 21)
    let right = crc.prefixes(bytes)
    withAlignedCopies(of: bytes) { copies in
      for length in 0...bytes.count {
        for alignment in [length % 64, (length * 11 + 5) % 64] {
          let value = crc.value(kernel, copies[alignment].prefix(length))
          if value != right[length] { Issue.record("length \(length), alignment \(alignment)") }
        }
      }
    }
  }

  @Test(
    "every kernel gives the bitwise CRC at every alignment", arguments: CRCKernel.supported, CRCDefinition.all
  )
  func alignments(_ kernel: CRCKernel, _ crc: CRCDefinition) {
    let lengths = [1, 15, 16, 17, 127, 128, 129, 143, 255, 256, 257, 383, 511, 512, 513, 1000, 4095]
    let bytes = linearCongruentialBytes(4096, seed: 22)
    let right = crc.prefixes(bytes)
    withAlignedCopies(of: bytes) { copies in
      for (alignment, copy) in copies.enumerated() {
        for length in lengths where crc.value(kernel, copy.prefix(length)) != right[length] {
          Issue.record("length \(length), alignment \(alignment)")
        }
      }
    }
  }

  @Test("a sum goes on at any byte, by another kernel at each", arguments: CRCDefinition.all)
  func pieces(_ crc: CRCDefinition) {
    var random = SeededGenerator(state: 23)
    let bytes = linearCongruentialBytes(1 << 20, seed: 24)
    bytes.withUnsafeBufferPointer { bytes in
      let right = crc.value(.portable, bytes[...])
      for kernel in CRCKernel.supported { #expect(crc.value(kernel, bytes[...]) == right) }
      for longest in [3000, 100_000] {
        var value: UInt64 = 0
        var start = 0
        while start < bytes.count {
          let end = min(bytes.count, start + Int.random(in: 0...longest, using: &random))
          let kernel = CRCKernel.supported.randomElement(using: &random) ?? .portable
          value = crc.value(kernel, bytes[start..<end], from: value)
          start = end
        }
        #expect(value == right)
      }
    }
  }

  @Test("no kernel reads a byte before or behind the buffer", arguments: CRCKernel.supported)
  func boundaries(_ kernel: CRCKernel) throws {
    // A page between two that cannot be read: a wrong read ends the test run.
    let page = Int(getpagesize())
    let map = try #require(mmap(nil, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))
    try #require(map != MAP_FAILED)
    defer { munmap(map, 3 * page) }
    try #require(mprotect(map + page, page, PROT_READ | PROT_WRITE) == 0)
    (map + page).copyMemory(from: linearCongruentialBytes(page, seed: 25), byteCount: page)
    let bytes = UnsafeBufferPointer(start: (map + page).assumingMemoryBound(to: UInt8.self), count: page)
    let first = CRCDefinition.all[0]
    for length in 0...1100 {
      for piece in [bytes.prefix(length), bytes.suffix(length)] {
        #expect(first.value(kernel, piece) == first.value(.portable, piece))
      }
    }
  }

  @Test("the kernel is the fastest that the machine has, or what the environment names")
  func active() {
    let wanted = getenv("TRANSHIP_CRC_KERNEL").map { String(cString: $0) }
    let named = CRCKernel.supported.first { "\($0)" == wanted }
    #expect(CRCKernel.portable.isSupported)
    #expect(CRCKernel.active == named ?? CRCKernel.supported.last)
  }

  /// Copies whose starts lie 0 to 63 bytes behind a multiple of 64.
  private func withAlignedCopies(of bytes: [UInt8], _ body: ([UnsafeBufferPointer<UInt8>]) -> Void) {
    let room = bytes.count + 128
    let memory = UnsafeMutableRawPointer.allocate(byteCount: 64 * room, alignment: 64)
    defer { memory.deallocate() }
    let copies = (0..<64).map { alignment in
      let start = (memory + alignment * room).alignedUp(toMultipleOf: 64) + alignment
      start.copyMemory(from: bytes, byteCount: bytes.count)
      return UnsafeBufferPointer(start: start.assumingMemoryBound(to: UInt8.self), count: bytes.count)
    }
    body(copies)
  }
}
