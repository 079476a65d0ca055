/// Reads a saved listing of one format, piece by piece.
///
/// What it found is in `rows` and `pages` until somebody takes it away. A problem ends the reading: nothing of the
/// file may be believed then.
public protocol SavedReader {
  var rows: SavedRows { get set }
  /// The pages that ended, in their order.
  var pages: [SavedPage] { get set }
  /// Where the reader stands, such as `line 7`.
  var place: String { get }

  mutating func feed(_ bytes: UnsafeRawBufferPointer) throws(ReportProblem)
  /// Says that the file is at its end; throws where it is cut.
  mutating func finish() throws(ReportProblem)
}
