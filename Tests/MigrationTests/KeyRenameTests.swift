import AuditLedger
import Foundation
import Migration
import ObjectStorage
import StorageClients
import StorageTesting
import Testing
import Transfers

@Suite("other spellings of keys that the destination does not take")
struct KeyRenameTests {
  static func mapping(_ rule: KeyRule, _ prefix: String = "") -> KeyMapping {
    KeyMapping(
      sourcePrefix: ObjectKey(""), destinationPrefix: ObjectKey(prefix),
      rename: KeyRename(below: ObjectKey(prefix)) { rule.refusal(of: $0)?.message })
  }

  @Test(
    "what stands in the way is percent-encoded, and what looks like a spelling too",
    arguments: [
      (KeyRule.oss, "a/100%", "a/100%"), (.oss, "/a/100%", "%2Fa/100%25"),
      (.oss, "%2Fa/100%25", "%252Fa/100%2525"), (.oss, "%252Fa", "%25252Fa"), (.oss, "%2fa", "%2fa"),
      (.oss, "\\a//b", "%5Ca//b"), (.oss, "a\u{0}b", "a%00b"), (.oss, "a%00b", "a%2500b"),
      (.oss, "%41", "%41"), (.directory, "a//b/", "a/%2Fb/"), (.directory, "./../a", "%2E/%2E%2E/a"),
      (.directory, "a/../../b", "a/%2E%2E/%2E%2E/b"), (.directory, "//", "%2F/"),
      (.directory, ".a/..b", ".a/..b"),
    ] as [(KeyRule, String, String)])
  func spelt(_ rule: KeyRule, _ key: String, _ spelling: String) {
    let mapping = Self.mapping(rule)
    #expect(mapping.destinationKey(ObjectKey(key)) == ObjectKey(spelling))
    #expect(mapping.sourceKey(ObjectKey(spelling)) == ObjectKey(key))
    #expect(mapping.isRenamed(ObjectKey(key)) == (key != spelling))
  }

  @Test(
    "no two keys become one, every spelling leads back, and all of them land",
    arguments: [(KeyRule.oss, ""), (.oss, "50%/"), (.s3, ""), (.directory, ""), (.directory, "in/")])
  func apart(_ rule: KeyRule, _ prefix: String) {
    let mapping = Self.mapping(rule, prefix)
    let alphabet = Array("/%2F5.a\\".utf8) + [0, 0xFF]
    var names: [[UInt8]] = [[]]
    var spellings: Set<ObjectKey> = []
    var count = 0
    for _ in 0..<4 {
      names = names.flatMap { name in alphabet.map { name + [$0] } }
      for name in names {
        let key = ObjectKey(bytes: name)
        let spelling = mapping.destinationKey(key)
        count += 1
        spellings.insert(spelling)
        if mapping.sourceKey(spelling) != key || rule.refusal(of: spelling) != nil
          || mapping.refusal(of: key) != nil || !spelling.hasPrefix(ObjectKey(prefix))
        {
          Issue.record("\(key.shown) became \(spelling.shown)")
        }
      }
    }
    #expect(spellings.count == count)
  }

  @Test("a key that looks like a spelling, and is too long for its own, does not land as it is")
  func long() {
    let mapping = Self.mapping(.oss)
    let key = ObjectKey("%2F" + String(repeating: "x", count: 1020))
    #expect(mapping.destinationKey(key) == key && mapping.refusal(of: key) != nil)
    let original = ObjectKey("/" + String(repeating: "x", count: 1020))
    #expect(mapping.destinationKey(original) == key && mapping.refusal(of: original) == nil)
  }

  @Test("a job that renames lands every key, says which, and goes on so; keys refused before are taken up")
  func run() async throws {
    let road = Road()
    for key in ["/a", "%2Fa", "b", "\\c"] { road.sourceStore.set(ObjectKey(key), Array(key.utf8)) }
    let first = try await road.run()
    #expect((first.completed, first.error) == (2, 2))
    // `%2Fa` landed as it is: it would be the spelling of `/a`.
    road.decisions.renames = true
    await #expect(throws: RunStop.self) { try await road.run() }

    let other = Road()
    for key in ["/a", "b", "\\c"] { other.sourceStore.set(ObjectKey(key), Array(key.utf8)) }
    #expect(try await other.run().error == 2)
    other.decisions.renames = true
    #expect(try await planThenRun(other) == ["/a": "copy", "b": "done", "\\\\c": "copy"])
    other.decisions.renames = false
    other.decisions.relists = true
    other.sourceStore.set(ObjectKey("%2Fa"), [1, 2])
    let third = try await planThenRun(other)
    #expect(third.values.count { $0 == "copy" } == 1 && third.values.count { $0 == "done" } == 3)
    #expect(other.destinationStore.keys == ["%252Fa", "%2Fa", "%5Cc", "b"].map { ObjectKey($0) })
    let renamed = try await other.query("SELECT key_text FROM objects WHERE renamed ORDER BY key")
    #expect(renamed == [[.text("%252Fa")], [.text("/a")], [.text("%5Cc")]])
    #expect(try await other.run().extra == 0)
  }
}
