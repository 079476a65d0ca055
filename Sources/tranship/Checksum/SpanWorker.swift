import Checksums
import Synchronization

/// The spans that wait, and what came of the others.
final class SpanQueue: Sendable {
  private struct State {
    var waiting: [FileSpan] = []
    var next = 0
    var done: [SpanDigests] = []
    var problems: [Int: String] = [:]
  }

  private let state = Mutex(State())

  func add(_ spans: [FileSpan]) { state.withLock { $0.waiting += spans } }

  func take() -> FileSpan? {
    state.withLock { state in
      while state.next < state.waiting.count {
        defer { state.next += 1 }
        // The other spans of a file that failed are of no use.
        if state.problems[state.waiting[state.next].file] == nil { return state.waiting[state.next] }
      }
      return nil
    }
  }

  func add(_ digests: SpanDigests) { state.withLock { $0.done.append(digests) } }

  func add(_ problem: FileProblem) {
    state.withLock { state in
      if state.problems[problem.file] == nil { state.problems[problem.file] = problem.message }
    }
  }

  var problems: [Int: String] { state.withLock { $0.problems } }

  /// Digests of one file's spans, in the order of their offsets.
  func digests(of file: Int) -> [SpanDigests] {
    state.withLock { $0.done.filter { $0.file == file }.sorted { $0.offset < $1.offset } }
  }
}

/// Reads up to sixteen spans side by side, so that their MD5s fill the lanes of one core.
struct SpanWorker: Sendable {
  let queue: SpanQueue
  let request: ChecksumRequest

  private static let sideBySide = 16

  func run() {
    var lanes = MD5Lanes()
    var open: [SpanReader] = []
    while true {
      while open.count < Self.sideBySide, let span = queue.take() {
        do { open.append(try SpanReader(span, request, &lanes)) } catch { queue.add(error) }
      }
      guard !open.isEmpty else { return }
      open = step(open, &lanes)
    }
  }

  /// Reads and hashes the next bytes of every span; returns those that go on.
  private func step(_ open: [SpanReader], _ lanes: inout MD5Lanes) -> [SpanReader] {
    var running: [(reader: SpanReader, rest: UnsafeRawBufferPointer)] = []
    for reader in open {
      do throws(FileProblem) {
        let bytes = try reader.read()
        if bytes.isEmpty {
          queue.add(try reader.finish(&lanes))
        } else {
          reader.absorb(bytes)
          running.append((reader, bytes))
        }
      } catch {
        reader.abandon(&lanes)
        queue.add(error)
      }
    }
    let goingOn = running.map(\.reader)
    var isFirst = true
    while !running.isEmpty {
      var inputs: [MD5Lanes.Input] = []
      for index in running.indices {
        let (pieces, rest) = running[index].reader.inputs(running[index].rest, isFirst: isFirst)
        inputs += pieces
        running[index].rest = rest
      }
      lanes.update(inputs)
      for (reader, _) in running { reader.turnPart(&lanes) }
      running.removeAll { $0.rest.isEmpty }
      isFirst = false
    }
    return goingOn
  }
}
