/// Why a row cannot be read, in words that are safe to show.
struct EvidenceProblem: Error {
  let cause: String

  init(_ cause: String) { self.cause = cause }
}
