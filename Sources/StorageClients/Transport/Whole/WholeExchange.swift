import NIOCore
import ObjectStorage

/// A request that is here whole, head and body, as it goes on the wire.
struct WholeRequest {
  var origin: HTTPOrigin
  /// The head, and a body that is worth being copied behind it: one piece is sent at less cost than two.
  var head: ByteBuffer
  /// What follows; nil where nothing does.
  var rest: ByteBuffer?
  /// Whether there is a body, which may be empty.
  var hasBody: Bool
  /// The longest body of an answer that is read.
  var maximumBody: Int
  var deadlines: Deadlines
}

/// How a request of `WholeRequest` ended.
enum WholeEnding {
  case answer(WholeAnswer)
  case failed(StorageError)
  /// Something came that only an ordinary call can tell.
  case unusual
}

/// Sends whole requests.
protocol WholeTransport: Sendable {
  /// On the event loop, where `deliver` is called later; nil where nothing was sent: there is a proxy between, or the
  /// transport was shut down.
  func send(
    _ request: WholeRequest, on eventLoop: any EventLoop, _ deliver: @escaping (WholeEnding) -> Void
  ) -> (any WholeCall)?
}

/// One whole request and its answer; on one event loop.
final class WholeExchange: WholeCall {
  enum Ending {
    case answer(WholeAnswer)
    case unusual
    case lost(any Error)
  }

  let request: WholeRequest
  private let pool: WholePool
  private var connection: WholeConnection?
  private var deliver: ((WholeEnding) -> Void)?
  private let startedAt = NIODeadline.now()
  private var heardAt = NIODeadline.now()
  private var isAnythingHeard = false
  /// Where the pool has it among those under way.
  var place = 0

  init(_ request: WholeRequest, pool: WholePool, _ deliver: @escaping (WholeEnding) -> Void) {
    self.request = request
    self.pool = pool
    self.deliver = deliver
  }

  func start(over connection: WholeConnection) {
    guard deliver != nil else { return pool.giveBack(connection, isReusable: true, to: request.origin) }
    self.connection = connection
    heardAt = .now()
    connection.send(self)
  }

  func heard() {
    heardAt = .now()
    isAnythingHeard = true
  }

  func end(_ ending: Ending, over connection: WholeConnection) {
    self.connection = nil
    switch ending {
    case .answer(let answer):
      pool.giveBack(
        connection, isReusable: answer.isReusable && isSent(answer), to: request.origin)
      finish(.answer(answer))
    case .unusual:
      stop(connection)
      finish(.unusual)
    case .lost(let error):
      // A connection that rested may have been closed while the request was under way to it: then it is sent again.
      let isOld = connection.isReused && !isAnythingHeard && !request.hasBody
      finish(isOld ? .unusual : .failed(TransportFault.connected(error, to: request.origin)))
    }
  }

  func fail(_ error: StorageError) {
    if let connection { stop(connection) }
    connection = nil
    finish(.failed(error))
  }

  func cancel() {
    if let connection { stop(connection) }
    connection = nil
    deliver = nil
    pool.leave(self)
  }

  /// Fails where the peer is silent, or slow, for too long.
  func check(_ now: NIODeadline, longestSilence: Duration?) {
    let idle = min(request.deadlines.idle, longestSilence ?? request.deadlines.idle)
    if connection != nil, now - heardAt > idle.timeAmount {
      fail(StorageError(.timedOut, "no sign of life for \(idle)"))
    } else if now - startedAt > request.deadlines.total.timeAmount {
      fail(StorageError(.timedOut, "the store took longer than \(request.deadlines.total)"))
    }
  }

  /// Behind a refusal the rest of a body may still be under way.
  private func isSent(_ answer: WholeAnswer) -> Bool { !request.hasBody || answer.status < 300 }

  private func stop(_ connection: WholeConnection) {
    if request.hasBody { connection.reset() } else { connection.close() }
  }

  private func finish(_ ending: WholeEnding) {
    guard let deliver = deliver.take() else { return }
    pool.leave(self)
    deliver(ending)
  }
}
