import Testing

@testable import Checksums

/// Trees and inclusion proofs of RFC 6962 against what the reference implementation of Certificate Transparency
/// tests itself with.
@Suite struct MerkleTreeTests {
  private static let records = [
    "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
  ].compactMap { decodeHex($0) }

  /// Of trees of none to eight of these records.
  private static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  private static let paths: [(index: Int64, count: Int64, hashes: [String])] = [
    (0, 1, []),
    (
      0, 8,
      [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
      ]
    ),
    (
      5, 8,
      [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
      ]
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
      1, 5,
      [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
      ]
    ),
  ]

  private func tree(_ count: Int) -> MerkleTree {
    var tree = MerkleTree()
    for record in Self.records.prefix(count) { tree.add(record) }
    return tree
  }

  private func proof(_ index: Int64, of count: Int) -> MerklePath? {
    var builder = MerklePathBuilder(index: index, count: Int64(count))
    for record in Self.records.prefix(count) { builder.add(leaf: MerkleTree.leaf(record)) }
    return builder.finish()
  }

  @Test("trees of none to eight leaves have the roots of the reference implementation", arguments: 0...8)
  func roots(_ count: Int) {
    #expect(tree(count).root.hex == Self.roots[count])
    #expect(tree(count).count == Int64(count))
  }

  @Test("inclusion proofs are those of the reference implementation, and lead to its roots")
  func knownPaths() throws {
    for known in Self.paths {
      let path = try #require(proof(known.index, of: Int(known.count)))
      #expect(path.hashes.map(\.hex) == known.hashes)
      let leaf = MerkleTree.leaf(Self.records[Int(known.index)])
      #expect(path.root(leaf: leaf)?.hex == Self.roots[Int(known.count)])
    }
  }

  @Test("every leaf of every tree is proven, and no other leaf, place or hash is", arguments: 1...8)
  func everyLeaf(_ count: Int) throws {
    let root = tree(count).root
    for index in 0..<count {
      let path = try #require(proof(Int64(index), of: count))
      for other in 0..<count {
        let leaf = MerkleTree.leaf(Self.records[other])
        #expect((path.root(leaf: leaf) == root) == (other == index))
      }
      let leaf = MerkleTree.leaf(Self.records[index])
      for place in path.hashes.indices {
        var bent = path
        bent.hashes[place] = MerkleTree.leaf([7])
        #expect(bent.root(leaf: leaf) != root)
        bent.hashes.remove(at: place)
        #expect(bent.root(leaf: leaf) == nil)
      }
      for moved in [-1, Int64(count), Int64.max] {
        #expect(MerklePath(index: moved, count: path.count, hashes: path.hashes).root(leaf: leaf) == nil)
      }
    }
  }

  @Test("a proof is not made where another number of leaves came than was said")
  func otherCount() {
    var builder = MerklePathBuilder(index: 0, count: 2)
    builder.add(leaf: MerkleTree.leaf([]))
    #expect(builder.finish() == nil)
    builder.add(leaf: MerkleTree.leaf([]))
    #expect(builder.finish() != nil)
    builder.add(leaf: MerkleTree.leaf([]))
    #expect(builder.finish() == nil)
    #expect(MerklePathBuilder(index: 0, count: 0).finish() == nil)
    #expect(MerklePath(index: 0, count: .max, hashes: []).root(leaf: MerkleTree.leaf([])) == nil)
  }
}
