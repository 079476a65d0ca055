import ObjectStorage
import StorageTesting
import Testing

private struct GlobVectors: Decodable {
  struct Vector: Decodable {
    var pattern: String
    var matches: [String]
  }

  var keys: [String]
  var patterns: [Vector]
}

@Suite struct GlobPatternTests {
  @Test("every pattern matches the keys that it matches for rclone")
  func sameAsRclone() throws {
    let vectors = try Fixtures.decode(GlobVectors.self, "globs.json")
    #expect(vectors.patterns.count > 60)
    for vector in vectors.patterns {
      let pattern = try GlobPattern(vector.pattern)
      let taken = vectors.keys.filter { pattern.matches(ObjectKey($0)) }
      #expect(Set(taken) == Set(vector.matches), "\(vector.pattern)")
    }
  }

  @Test(
    "what no file system holds is matched too",
    arguments: [
      ("dir/", "dir/", true), ("dir/", "a/dir/", true), ("dir/", "dir", false), ("dir/", "dir//x", true),
      ("/", "", true), ("/", "a/b", true), ("//a", "/a", true), ("/a", "/a", false), ("a//b", "a//b", true),
      ("a/*/b", "a//b", true), ("a/?/b", "a//b", false), ("**/", "a/b/c", true), ("**/", "a", false),
      ("..", "..", true), ("./a", "./a", true), ("./a", "a", false), ("*", "", true), ("?", "", false),
      ("a[b-d]e", "ace", true), ("a[!b-d]e", "ace", false), ("a[!b-d]e", "a/e", false), ("[]]", "]", true),
      ("[!]]", "]", false), ("[!]]", "x", true), ("[-a]", "-", true), ("[a-]", "-", true),
      ("[\\]]", "]", true), ("[a\\-z]", "b", false), ("a{,b}c", "ac", true), ("a{,b}c", "abc", true),
      ("{a,b{c,d}}", "bd", true), ("{a,b{c,d}}", "b", false), ("a,b", "a,b", true), ("a}b", "a}b", true),
      ("\\*", "*", true), ("\\*", "a", false), ("a***b", "a/x/b", true),
    ])
  func edges(_ pattern: String, _ key: String, _ isMatch: Bool) throws {
    #expect(try GlobPattern(pattern).matches(ObjectKey(key)) == isMatch, "\(pattern) \(key)")
  }

  @Test("keys are bytes: a stray byte is one character, and nothing is normalised or folded")
  func bytes() throws {
    let stray = ObjectKey(bytes: [0x66, 0xFF, 0x6F])
    for pattern in ["f?o", "f*o", "f[!a]o", "**"] { #expect(try GlobPattern(pattern).matches(stray)) }
    for pattern in ["f??o", "f\u{FFFD}o", "f\u{FF}o", "f[\u{80}-\u{10FFFF}]o"] {
      #expect(try !GlobPattern(pattern).matches(stray), "\(pattern)")
    }
    // A sequence that is cut short is as many characters as it has bytes.
    let cut = ObjectKey(bytes: [0xE6, 0x97, 0x2F, 0x61])
    #expect(try GlobPattern("/??/a").matches(cut) && !GlobPattern("/?/a").matches(cut))
    let (composed, decomposed) = (ObjectKey("\u{E9}"), ObjectKey("e\u{301}"))
    #expect(try GlobPattern("\u{E9}").matches(composed) && !GlobPattern("\u{E9}").matches(decomposed))
    #expect(try GlobPattern("?").matches(composed) && !GlobPattern("?").matches(decomposed))
    #expect(try GlobPattern("[à-ö]").matches(composed) && !GlobPattern("[à-ö]").matches(ObjectKey("z")))
    #expect(try !GlobPattern("A").matches(ObjectKey("a")))
    let nul = ObjectKey(bytes: [0x61, 0, 0x0A, 0x62])
    #expect(try GlobPattern("a??b").matches(nul))
  }

  @Test(
    "a pattern that cannot be used says why",
    arguments: [
      ("", "empty"), ("a[b", "[ is not closed"), ("[", "[ is not closed"), ("[]", "[ is not closed"),
      ("[!]", "[ is not closed"), ("a{b", "{ is not closed"), ("{a,{b}", "{ is not closed"),
      ("a\\", "last backslash"), ("[a\\", "last backslash"), ("[z-a]", "backwards"),
      ("[[:alpha:]]", "[: stands for no set"), (String(repeating: "a", count: 4097), "longer than 4096"),
      (String(repeating: "{", count: 40), "more than 16 deep"),
    ])
  func broken(_ pattern: String, _ words: String) {
    let error = #expect(throws: StorageError.self) { try GlobPattern(pattern) }
    #expect(
      error?.code == .invalidRequest && error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test(
    "no pattern is slow: the work is bounded by the pattern's length times the key's",
    arguments: [
      "a*a*a*a*b", String(repeating: "a*", count: 100) + "b", String(repeating: "**a", count: 100) + "b",
      String(repeating: "{a,aa,a*}", count: 60) + "b", String(repeating: "?*", count: 100) + "b",
      "{" + String(repeating: "a*{", count: 15) + "b" + String(repeating: "}", count: 16),
    ])
  func notExplosive(_ pattern: String) throws {
    let compiled = try GlobPattern(pattern)
    let long = [UInt8](repeating: 0x61, count: 1024)
    let started = ContinuousClock.now
    #expect(!compiled.matches(ObjectKey(bytes: long)))
    // A matcher that goes back and tries again would need longer than the universe has stood.
    #expect(ContinuousClock.now - started < .seconds(30))
    if pattern == "a*a*a*a*b" { #expect(compiled.matches(ObjectKey(bytes: long + [0x62]))) }
  }
}
