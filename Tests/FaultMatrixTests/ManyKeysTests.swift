import Foundation
import StorageTesting
import Testing

/// Row F67: a bucket whose keys are many, from a server that makes them up.
@Suite("many keys", .timeLimit(.minutes(60)))
struct ManyKeysTests {
  /// `TRANSHIP_MATRIX_KEYS=10000000` for the whole row; a tenth of a million by default.
  private static let keys = Int(ProcessInfo.processInfo.environment["TRANSHIP_MATRIX_KEYS"] ?? "") ?? 100_000
  /// In MiB; what the tool promises for any number of keys.
  private static let mostMemory = 200

  @Test("every key is in the ledger once, the counts are exact, and memory is bounded")
  func listed() async throws {
    let folder = try TemporaryFolder()
    let bucket = MadeUpBucket(keys: Self.keys)
    let server = try await LoopbackService.start { .init(200, bucket.page($0.parameters)) }
    let ledger = folder.path + "/many.ledger"
    let run = try await Self.measured(
      [
        "inventory", "s3://many", "--source-endpoint", server.url, "--source-region", "us-east-1", "--ledger",
        ledger,
        "--json",
      ], in: folder)
    try await server.stop()
    #expect(run.status == 0, "\(run.stdout.suffix(1000)) \(run.stderr)")
    let counted = try await Subprocess(
      "/usr/bin/env",
      [
        "sqlite3", "-readonly", ledger,
        "SELECT count(*), count(DISTINCT key), sum(size), min(key), max(key) FROM source_object",
      ], in: folder
    ).run()
    let last = String(decoding: bucket.key(Self.keys - 1), as: UTF8.self)
    let bytes = (0..<Self.keys).reduce(0) { $0 + $1 % 977 }
    #expect(
      counted.stdout == "\(Self.keys)|\(Self.keys)|\(bytes)|k000000000000|\(last)\n", "\(counted.stderr)")
    let memory = try #require(run.stderr.split(separator: "\n").last.flatMap { Int($0) }) / 1024
    #expect(memory <= Self.mostMemory, "\(memory) MiB")
    print("\(Self.keys) keys: \(memory) MiB at most, \(server.requests.count) requests")
  }

  /// Runs the program below a small one that says its peak memory in KiB on the last line of stderr.
  ///
  /// A program that these tests started themselves would count their own memory as its own.
  private static func measured(_ arguments: [String], in folder: TemporaryFolder) async throws -> Finished {
    let program =
      "import resource, subprocess, sys; code = subprocess.run(sys.argv[1:]).returncode; "
      + "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); sys.exit(code)"
    let binary = ProcessInfo.processInfo.environment["TRANSHIP_MATRIX_BINARY"] ?? Scenario.binary
    return try await Subprocess(
      "/usr/bin/env", ["python3", "-c", program, binary] + arguments,
      environment: ["AWS_ACCESS_KEY_ID": Scenario.keys.id, "AWS_SECRET_ACCESS_KEY": Scenario.keys.secret],
      in: folder
    ).run()
  }
}

/// A bucket that is made up: keys in a row, a thousand a page, from any place on.
private struct MadeUpBucket: Sendable {
  let keys: Int
  private static let pageRows = 1000

  func key(_ number: Int) -> [UInt8] {
    var bytes = Array("k000000000000".utf8)
    var (place, rest) = (bytes.count - 1, number)
    while rest > 0 {
      bytes[place] += UInt8(rest % 10)
      (place, rest) = (place - 1, rest / 10)
    }
    return bytes
  }

  /// The page that a listing's parameters ask for.
  func page(_ parameters: [String: String]) -> String {
    let prefix = Array((parameters["prefix"] ?? "").utf8)
    let after = Array((parameters["continuation-token"] ?? parameters["start-after"] ?? "").utf8)
    let rows = min(Self.pageRows, Int(parameters["max-keys"] ?? "") ?? Self.pageRows)
    var first = number(after: after)
    var listed: [UInt8] = []
    listed.reserveCapacity(rows * 200)
    var count = 0
    while count < rows, first < keys, key(first).starts(with: prefix) {
      listed += Self.begin
      listed += key(first)
      listed += Self.middle
      listed += Array(String(first % 977).utf8)
      listed += Self.end
      (count, first) = (count + 1, first + 1)
    }
    let isCut = count > 0 && first < keys && key(first).starts(with: prefix)
    let token =
      isCut
      ? "<NextContinuationToken>\(String(decoding: key(first - 1), as: UTF8.self))</NextContinuationToken>"
      : ""
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      <ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>many</Name>\
      <Prefix>\(parameters["prefix"] ?? "")</Prefix><KeyCount>\(count)</KeyCount><MaxKeys>\(rows)</MaxKeys>\
      <EncodingType>url</EncodingType><IsTruncated>\(isCut)</IsTruncated>\(token)\
      \(String(decoding: listed, as: UTF8.self))</ListBucketResult>
      """
  }

  private static let begin = Array("<Contents><Key>".utf8)
  private static let middle = Array(
    "</Key><LastModified>2026-01-02T03:04:05.000Z</LastModified><ETag>&quot;0123456789abcdef0123456789abcdef&quot;</ETag><Size>"
      .utf8)
  private static let end = Array("</Size><StorageClass>STANDARD</StorageClass></Contents>".utf8)

  /// The first number whose key lies behind a text.
  private func number(after text: [UInt8]) -> Int {
    var (low, high) = (0, keys)
    while low < high {
      let middle = (low + high) / 2
      if text.lexicographicallyPrecedes(key(middle)) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
