import AuditLedger
import ObjectStorage

/// What came in each span of the runs, as bars; the time between runs is left out.
struct ThroughputChart {
  /// Bytes of each span, all spans of one length.
  private(set) var bars: [Int64] = []
  /// In seconds.
  private(set) var spanSeconds: Int64 = 1
  /// The spans with which runs begin, but the first.
  private(set) var cuts: [Int] = []
  private(set) var seconds: Int64 = 0

  private static let mostBars: Int64 = 160
  private static let width: Int64 = 960
  private static let height: Int64 = 200

  init(_ samples: [ThroughputSample], _ runs: [RunRecord]) {
    var offsets: [(run: RunRecord, offset: Int64, length: Int64)] = []
    for run in runs {
      let last = run.endedAt ?? samples.last?.at ?? run.startedAt
      let length = max(1, last.secondsSinceEpoch - run.startedAt.secondsSinceEpoch + 1)
      offsets.append((run, seconds, length))
      seconds = seconds.addingSaturated(length)
    }
    guard seconds > 0 else { return }
    spanSeconds = max(1, (seconds - 1) / Self.mostBars + 1)
    bars = Array(repeating: 0, count: Int((seconds - 1) / spanSeconds) + 1)
    var next = 0
    for sample in samples {
      let second = sample.at.secondsSinceEpoch
      while next + 1 < offsets.count, offsets[next + 1].run.startedAt.secondsSinceEpoch <= second {
        next += 1
      }
      // Clocks that were set back put a sample before its run, or behind it.
      let within = min(
        max(0, second - offsets[next].run.startedAt.secondsSinceEpoch), offsets[next].length - 1)
      let bar = Int((offsets[next].offset + within) / spanSeconds)
      bars[bar] = bars[bar].addingSaturated(sample.bytes)
    }
    cuts = offsets.dropFirst().map { Int($0.offset / spanSeconds) }.filter { $0 > 0 }
  }

  /// The highest bar, in bytes a second, as far as it is drawn.
  var peak: Int64 { bars.map(rate).max() ?? 0 }

  /// A ledger may claim anything: a PiB a second is drawn, more is not.
  private func rate(_ bytes: Int64) -> Int64 { min(bytes / spanSeconds, 1 << 50) }

  /// Nil where nothing was written down; `milliseconds` is how long the runs took.
  func markup(milliseconds: Int64) -> Markup? {
    guard peak > 0 else { return nil }
    let step = Self.step(for: peak)
    let top = (peak - 1) / step * step + step
    let lines: [Markup] = (0...(top / step)).map { line in
      let y = Self.height + 20 - line * step * Self.height / top
      return """
        <line class="grid" x1="0" x2="\(String(Self.width))" y1="\(String(y))" y2="\(String(y))"/>\
        <text class="tick" x="\(String(Self.width + 8))" y="\(String(y + 4))">\(line == 0 ? "0" : "\(shownSize(line * step))/s")</text>

        """
    }
    return """
      <svg class="chart" viewBox="0 0 1060 252" role="img" aria-label="bytes a second over the time of the runs">
      \(lines)\(cuts.map(cut))\(bars.indices.map { bar($0, top) })\
      <text class="tick" x="0" y="242">0 s</text>\
      <text class="tick mid" x="480" y="242">time of the runs</text>\
      <text class="tick end" x="960" y="242">\(shownDuration(milliseconds: milliseconds))</text>
      </svg>

      """
  }

  private func bar(_ index: Int, _ top: Int64) -> Markup {
    let height = tenths(rate(bars[index]), of: top)
    guard height > 0 else { return "" }
    let left = Int64(index) * Self.width * 10 / Int64(bars.count)
    let right = Int64(index + 1) * Self.width * 10 / Int64(bars.count)
    // A hair between the bars, as long as they are wide enough.
    let width = max(1, right - left - (right - left > 30 ? 10 : 0))
    return """
      <rect class="plain" x="\(Self.decimal(left))" y="\(Self.decimal((Self.height + 20) * 10 - height))" \
      width="\(Self.decimal(width))" height="\(Self.decimal(height))"/>

      """
  }

  private func cut(_ index: Int) -> Markup {
    let x = Self.decimal(Int64(index) * Self.width * 10 / Int64(bars.count))
    return "<line class=\"cut\" x1=\"\(x)\" x2=\"\(x)\" y1=\"12\" y2=\"220\"/>\n"
  }

  /// A share of the height, in tenths.
  private func tenths(_ part: Int64, of whole: Int64) -> Int64 { part * Self.height * 10 / whole }

  private static func decimal(_ tenths: Int64) -> String {
    tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
  }

  /// A round number of bytes that gives three to six lines.
  private static func step(for peak: Int64) -> Int64 {
    var unit: Int64 = 1
    while peak / 1024 >= unit { unit *= 1024 }
    for factor in [1, 2, 5, 10, 20, 50, 100, 200, 500] as [Int64] where peak / (unit * factor) < 5 {
      return unit * factor
    }
    return unit * 500
  }
}
