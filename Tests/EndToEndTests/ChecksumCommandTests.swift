import Checksums
import Foundation
import StorageTesting
import Testing

/// `tranship checksum` against the digests of other programs.
@Suite("the checksum command")
struct ChecksumCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = "\(folder.path)/\(name)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// The lines of the command as algorithm → (hexadecimal digits, spelling).
  private func digests(_ arguments: [String]) async throws -> [String: (hex: String, spelling: String)] {
    let result = try await Tranship.command(["checksum"] + arguments, environment: [:], in: folder).run()
    #expect(result.status == 0, "\(result.stderr)")
    var found: [String: (hex: String, spelling: String)] = [:]
    for line in result.stdout.split(separator: "\n") {
      let fields = line.split(separator: "\t").map(String.init)
      try #require(fields.count == 4)
      found[fields[0]] = (fields[1], fields[2])
    }
    return found
  }

  private func system(_ program: String, _ path: String) async throws -> String {
    let result = try await Subprocess("/usr/bin/\(program)", [path], environment: [:], in: folder).run()
    return String(result.stdout.prefix { $0 != " " })
  }

  @Test("the check values of the algorithms, in every spelling")
  func checkValues() async throws {
    let path = try write("check", Array("123456789".utf8))
    let all = ["md5", "crc64xz", "crc64nvme", "crc32", "crc32c", "sha1", "sha256"]
    let found = try await digests(all.flatMap { ["--algorithm", $0] } + [path])
    #expect(found["crc64xz"]?.hex == "995dc9bbdf1939fa")
    #expect(found["crc64xz"]?.spelling == "11051210869376104954")
    #expect(found["crc64nvme"]?.hex == "ae8b14860a799888")
    #expect(found["crc64nvme"]?.spelling == "rosUhgp5mIg=")
    #expect(found["crc32"]?.hex == "cbf43926")
    #expect(found["crc32c"]?.hex == "e3069283")
    #expect(found["md5"]?.spelling == "JfnnlDI7RTiF9RgfG2JNCw==")
    #expect(found["md5"]?.hex == (try await system("md5sum", path)))
    #expect(found["sha1"]?.hex == (try await system("sha1sum", path)))
    #expect(found["sha256"]?.hex == (try await system("sha256sum", path)))
  }

  @Test(
    "a file of many spans has the digests that md5sum and sha256sum give, and the ETag of its parts",
    arguments: [0, 1, 5_000_000, 40_000_001])
  func sizes(_ size: Int) async throws {
    let path = try write("file\(size)", patternedBytes(size))
    let found = try await digests(["--part-size", "5MiB", path])
    #expect(found["md5"]?.hex == (try await system("md5sum", path)))
    #expect(found["sha256"]?.hex == (try await system("sha256sum", path)))
    // Cut by another program, and put together from what md5sum says of the pieces.
    let split = try await Subprocess(
      "/usr/bin/split", ["-b", "5242880", path, "\(folder.path)/part-"], environment: [:], in: folder
    ).run()
    #expect(split.status == 0)
    let pieces = try FileManager.default.contentsOfDirectory(atPath: folder.path)
      .filter { $0.hasPrefix("part-") }.sorted()
    var joined: [UInt8] = []
    for piece in pieces {
      joined += try #require(decodeHex(try await system("md5sum", "\(folder.path)/\(piece)")))
    }
    if pieces.isEmpty { joined = try #require(decodeHex("d41d8cd98f00b204e9800998ecf8427e")) }
    let eTag = "\(try await system("md5sum", try write("joined", joined)))-\(max(1, pieces.count))"
    #expect(found["multipart-etag"]?.spelling == eTag)
    // The same when parts and ranges are read side by side, and when nobody tells the length before.
    let apart = try await digests(
      ["--algorithm", "crc64xz", "--algorithm", "multipart-etag", "--part-size", "5242880", path])
    #expect(apart["multipart-etag"]?.spelling == eTag)
    #expect(apart["crc64xz"]?.hex == found["crc64xz"]?.hex)
  }

  @Test("the standard input is hashed as it comes")
  func standardInput() async throws {
    let path = try write("piped", patternedBytes(3_000_000))
    let piped = try await Subprocess(
      "/bin/sh", ["-c", "cat '\(path)' | '\(Tranship.path)' checksum --algorithm sha256 -"], environment: [:],
      in: folder
    ).run()
    #expect(
      piped.stdout.split(separator: "\t").dropFirst().first.map(String.init)
        == (try await system("sha256sum", path)))
  }

  @Test("more parts than an upload can have are refused before anything is hashed, with a size that fits")
  func tooManyParts() async throws {
    let path = "\(folder.path)/large"
    // A file without blocks: its size alone is the question.
    let made = try await Subprocess("/usr/bin/truncate", ["-s", "40G", path], environment: [:], in: folder)
      .run()
    #expect(made.status == 0)
    let small = try write("small", patternedBytes(10_001))
    for (arguments, size) in [(["--part-size", "1"], "4294968"), (["--part-size", "4294967"], "4294968")] {
      let result = try await Tranship.command(
        ["checksum", "--algorithm", "multipart-etag"] + arguments + [path], environment: [:], in: folder
      ).run()
      #expect(result.status == 1 && result.stdout.isEmpty)
      #expect(result.stderr.contains("take a --part-size of \(size) or more"), "\(result.stderr)")
    }
    for algorithm in ["multipart-etag", "md5"] {
      let result = try await Tranship.command(
        ["checksum", "--algorithm", algorithm, "--algorithm", "multipart-etag", "--part-size", "1", small],
        environment: [:], in: folder
      ).run()
      #expect(result.status == 1 && result.stderr.contains("take a --part-size of 2 or more"))
    }
    #expect(
      try await digests(["--algorithm", "multipart-etag", "--part-size", "2", small])["multipart-etag"]?
        .spelling
        .hasSuffix("-5001") == true)
    // Where no digest rests on parts, their size says nothing.
    let crc = try await digests(["--algorithm", "crc32", "--part-size", "1", small])
    #expect(crc["crc32"]?.hex == Checksum.of(patternedBytes(10_001), .crc32).hex)
  }

  @Test("a stream that goes on beyond 10,000 parts is refused while it comes", arguments: [10_000, 10_001])
  func tooManyStreamedParts(_ size: Int) async throws {
    let path = try write("piped", patternedBytes(size))
    let piped = try await Subprocess(
      "/bin/sh",
      ["-c", "cat '\(path)' | '\(Tranship.path)' checksum --algorithm multipart-etag --part-size 1 -"],
      environment: [:], in: folder
    ).run()
    #expect(piped.status == (size == 10_000 ? 0 : 1))
    #expect(piped.stdout.contains("-10000\t") == (size == 10_000))
    #expect(piped.stderr.contains("take a larger --part-size") == (size == 10_001), "\(piped.stderr)")
  }

  @Test("many files side by side keep their own digests, and one that cannot be read is named")
  func many() async throws {
    var paths: [String] = []
    for index in 0..<40 {
      paths.append(try write("f\(index)", patternedBytes(index * 997, seed: UInt64(index))))
    }
    let missing = "\(folder.path)/not there"
    let result = try await Tranship.command(
      ["checksum", "--algorithm", "md5"] + paths + [missing, folder.path], environment: [:], in: folder
    ).run()
    #expect(result.status == 1)
    let lines = result.stdout.split(separator: "\n").map { $0.split(separator: "\t").map(String.init) }
    #expect(lines.map { $0[3] } == paths)
    for (index, line) in lines.enumerated() {
      #expect(line[1] == Checksum.of(patternedBytes(index * 997, seed: UInt64(index)), .md5).hex)
    }
    #expect(result.stderr.contains("not there: no such file or directory; check the name"))
    #expect(result.stderr.contains("it is a directory"))
  }

  @Test(
    "wrong usage is named",
    arguments: [
      (["--algorithm", "md4"], "--algorithm md4 is not one of"),
      (["--algorithm", "multipart-etag"], "multipart-etag needs the --part-size"),
      (["--part-size", "8 bananas"], "is not a size such as"),
    ])
  func usage(_ arguments: [String], _ words: String) async throws {
    let result = try await Tranship.command(
      ["checksum"] + arguments + ["x"], environment: [:], in: folder
    ).run()
    #expect(result.status == 64)
    #expect(result.stderr.contains(words))
  }
}
