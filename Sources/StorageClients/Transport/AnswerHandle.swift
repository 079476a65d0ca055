import NIOConcurrencyHelpers
import NIOCore
import ObjectStorage

/// What the receiver of an answer's body holds: keeps the exchange alive, and ends it when it is let go unread.
final class AnswerHandle: BodySource {
  private let answer: AnswerBody
  private let abandonment: NIOLoopBound<Exchange>
  private let isOver: NIOLockedValueBox<Bool>

  init(_ answer: AnswerBody, holding exchange: Exchange, on eventLoop: any EventLoop) {
    self.answer = answer
    isOver = exchange.isOverForOthers
    abandonment = NIOLoopBound(exchange, eventLoop: eventLoop)
  }

  func next(_ deliver: @escaping (BodyEvent) -> Void) { answer.next(deliver) }

  func cancel() { answer.cancel() }

  deinit {
    guard !isOver.withLockedValue({ $0 }) else { return }
    let abandonment = self.abandonment
    abandonment.eventLoop.execute { abandonment.value.abandon() }
  }
}
