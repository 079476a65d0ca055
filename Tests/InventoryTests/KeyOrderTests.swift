import AuditLedger
import ObjectStorage
import StorageTesting
import Testing

@testable import Inventory

@Suite("rows of pieces, in the order of their keys")
struct KeyOrderTests {
  /// A page: of which piece, its keys and folders, and whether the piece ends with it.
  private struct Page {
    var prefix = ""
    var start: String?
    var keys: [String] = []
    var folders: [String] = []
    var isDone = true

    var progress: RangeProgress {
      RangeProgress(
        range: ListingRange(prefix: ObjectKey(prefix), start: start.map { ObjectKey($0) }),
        objects: keys.map { ListedObject(key: ObjectKey($0), size: 1) },
        folders: folders.map { ObjectKey($0) }, isDone: isDone)
    }
  }

  private func given(_ order: inout KeyOrder, _ page: Page) -> String {
    var keys: [String] = []
    order.take(page.progress) { keys.append($0.key.shown) }
    return keys.joined(separator: " ")
  }

  @Test("keys between folders wait for the folders before them, whichever comes first")
  func folders() {
    var order = KeyOrder(of: ObjectKey(""))
    #expect(given(&order, Page(keys: ["a", "c"], folders: ["b/", "d/"], isDone: false)) == "a")
    #expect(given(&order, Page(prefix: "d/", keys: ["d/1"])) == "")
    #expect(given(&order, Page(keys: ["e"], folders: ["f/"])) == "")
    #expect(given(&order, Page(prefix: "b/", keys: ["b/1"], isDone: false)) == "b/1")
    #expect(given(&order, Page(prefix: "b/", keys: ["b/2"])) == "b/2 c d/1 e")
    #expect(given(&order, Page(prefix: "f/")) == "")
    #expect(order.isWhole && order.given == 6)
  }

  @Test("what comes behind a piece that was cut waits for it")
  func pieces() {
    var order = KeyOrder(of: ObjectKey(""))
    #expect(given(&order, Page(keys: ["a"], isDone: false)) == "a")
    order.split(
      ListingRange(prefix: ObjectKey("")), into: ListingRange(prefix: ObjectKey(""), start: ObjectKey("m")))
    #expect(given(&order, Page(start: "m", keys: ["n"], isDone: false)) == "")
    #expect(given(&order, Page(keys: ["b"])) == "b n")
    #expect(given(&order, Page(start: "m", keys: ["o"])) == "o")
    #expect(order.isWhole && order.given == 4)
  }

  @Test(
    "it gives up where the store's order is another, and gives nothing more",
    arguments: [["b", "a"], ["a", "a"]])
  func disorder(_ keys: [String]) {
    var order = KeyOrder(of: ObjectKey(""))
    #expect(given(&order, Page(keys: [keys[0]], isDone: false)) == keys[0])
    #expect(given(&order, Page(keys: [keys[1]], isDone: false)) == "")
    #expect(!order.isWhole)
    #expect(given(&order, Page(keys: ["z"])) == "")
  }

  @Test("a page of a piece that nobody knows ends it")
  func unknown() {
    var order = KeyOrder(of: ObjectKey(""))
    #expect(given(&order, Page(prefix: "x/", keys: ["x/1"])) == "")
    #expect(!order.isWhole)
  }

  @Test("it gives up where more rows would have to wait than it holds")
  func many() {
    var order = KeyOrder(of: ObjectKey(""))
    #expect(given(&order, Page(folders: ["a/", "b/"])) == "")
    for page in 0..<101 {
      #expect(order.isWhole)
      let keys = (0..<1000).map { "b/\(100_000 + page * 1000 + $0)" }
      #expect(given(&order, Page(prefix: "b/", keys: keys, isDone: false)) == "")
    }
    #expect(!order.isWhole)
  }
}
