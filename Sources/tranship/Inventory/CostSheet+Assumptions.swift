import Migration
import ObjectStorage

extension CostSheet {
  /// What the estimate takes for granted, in words.
  var assumptions: [String] {
    let (limit, limitWithMD5) = (Wording.roundSize(singlePutLimit), Wording.roundSize(singlePutLimitWithMD5))
    var assumptions = [
      "the destination is empty, and every request succeeds at its first try",
      "objects that cannot land, archived ones among them, cost nothing",
      "objects go in one request up to \(limit), those whose ETag is an MD5 up to \(limitWithMD5)",
      "larger ones go in parts of \(Wording.roundSize(partSize)), or of more where there would be too many",
      "the source's inventory is the ledger's and is not listed again",
    ]
    if from == .s3 {
      assumptions.append(
        "one HEAD of the first part tells the cut of an object with a multipart ETag; where it does not, it may be one a part"
      )
    }
    return assumptions
  }
}
