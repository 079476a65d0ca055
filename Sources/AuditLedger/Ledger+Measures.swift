import GRDB
public import ObjectStorage

/// The requests of one run to one side.
public struct SideRequests: Hashable, Sendable {
  public var run: Int64
  public var side: Side
  public var totals: [RequestTotal]

  public init(run: Int64, side: Side, totals: [RequestTotal]) {
    self.run = run
    self.side = side
    self.totals = totals
  }
}

/// What a run was asked for, as an option's name and its value in words.
public struct RunSetting: Hashable, Sendable {
  public var name: String
  public var value: String

  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}

extension Ledger {
  /// Writes down what one side was asked so far in a run; what was written of them before is replaced.
  public func record(_ requests: SideRequests) async throws(LedgerError) {
    try await writing().connection.write(durable: false) { db in
      let statement = try PreparedStatement(Self.putRequests, on: db)
      for total in requests.totals {
        for (step, count) in total.latencies.steps {
          try statement.bind(requests.run, at: 1)
          try statement.bind(requests.side.rawValue, at: 2)
          try statement.bind(total.operation.rawValue, at: 3)
          try statement.bind(total.code, at: 4)
          try statement.bind(LatencyHistogram.end(of: step), at: 5)
          try statement.bind(count, at: 6)
          try statement.run()
        }
      }
    }
  }

  /// The requests of all runs together, by side; sorted by operation and code.
  public func requests() async throws(LedgerError) -> [Side: [RequestTotal]] {
    try await reader.perform { db in
      let statement = try PreparedStatement(Self.readRequests, on: db)
      var sides: [Side: [RequestTotal]] = [:]
      while try statement.step() {
        let side = try statement.word(0, Side.self)
        let operation = try statement.word(1, StoreOperation.self)
        let code = statement.text(2) ?? ""
        let (upTo, count) = (statement.integer(3), statement.integer(4))
        var totals = sides[side] ?? []
        if totals.last?.operation != operation || totals.last?.code != code {
          totals.append(
            RequestTotal(operation: operation, code: code, requests: 0, latencies: LatencyHistogram()))
        }
        let last = totals.count - 1
        totals[last].requests = totals[last].requests.addingSaturated(count)
        totals[last].latencies.add(count, upToMicroseconds: upTo)
        sides[side] = totals
      }
      return sides
    }
  }

  /// Writes down with which settings a run goes.
  public func record(settings: [RunSetting], of run: Int64) async throws(LedgerError) {
    guard !settings.isEmpty else { return }
    try await writing().connection.write(durable: false) { db in
      for (ordinal, setting) in settings.enumerated() {
        try db.execute(
          sql: Self.insertSetting, arguments: [run, ordinal, setting.name, setting.value])
      }
    }
  }

  /// The settings of every run that had any written down, by the run's number.
  public func runSettings() async throws(LedgerError) -> [Int64: [RunSetting]] {
    try await reader.perform { db in
      var settings: [Int64: [RunSetting]] = [:]
      for row in try Row.fetchAll(db, sql: Self.readSettings) {
        settings[row[0], default: []].append(RunSetting(row[1], row[2]))
      }
      return settings
    }
  }

  private static let putRequests = """
    INSERT INTO request_step (run, side, operation, code, up_to, requests) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO UPDATE SET requests = excluded.requests
    """
  private static let readRequests = """
    SELECT side, operation, code, up_to, sum(requests) FROM request_step
    GROUP BY side, operation, code, up_to ORDER BY side, operation, code, up_to
    """
  private static let insertSetting = """
    INSERT INTO run_setting (run, ordinal, name, value) VALUES (?, ?, ?, ?)
    """
  private static let readSettings = "SELECT run, name, value FROM run_setting ORDER BY run, ordinal"
}
