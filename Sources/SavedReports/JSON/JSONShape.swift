/// Tells what a file of JSON is from the names of its first members.
enum JSONShape {
  /// Nil for JSON of another kind.
  static func format(of head: ArraySlice<UInt8>) -> SavedFormat? {
    var names = MemberNames()
    head.withUnsafeBytes { bytes in
      var json = JSONReader()
      // The head ends anywhere; what stands before a problem still tells what the file was meant to be.
      try? json.feed(bytes, &names)
    }
    if names.isList {
      if names.ofRows.contains("Path") || names.isEmptyList { return .rcloneJSON }
      return names.ofRows.contains("Key") ? .awsJSON : nil
    }
    if !names.ofRoot.isDisjoint(with: ["fileSchema", "fileFormat"]) { return .inventory }
    return names.ofRoot.contains { PageMember(Array($0.utf8)[...]) != nil } ? .awsJSON : nil
  }
}

private struct MemberNames: JSONConsumer {
  var isList = false
  var isEmptyList = false
  var ofRoot: Set<String> = []
  /// Of the objects in a list.
  var ofRows: Set<String> = []

  mutating func take(
    _ event: JSONEvent, _ text: ArraySlice<UInt8>, depth: Int, line: Int64
  ) throws(ReportProblem) {
    switch (depth, event) {
    case (0, .beginArray): (isList, isEmptyList) = (true, true)
    case (1, .beginObject), (1, .string), (1, .number): isEmptyList = false
    case (1, .name): ofRoot.insert(String(decoding: text, as: UTF8.self))
    case (2, .name): ofRows.insert(String(decoding: text, as: UTF8.self))
    default: return
    }
  }
}
