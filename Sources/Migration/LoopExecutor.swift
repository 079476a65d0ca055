import NIOCore

/// Runs tasks on an event loop, so that what an object needs between its requests needs no other thread.
///
/// Nothing that a task does there may block: the connections of the loop would wait.
final class LoopExecutor: TaskExecutor {
  private let loop: any EventLoop

  init(_ loop: any EventLoop) { self.loop = loop }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    loop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}
