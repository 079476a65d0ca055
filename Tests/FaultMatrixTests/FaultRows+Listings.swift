/// Rows F12 to F19, F44 and their kin: pages of listings, and keys that listings carry.
extension FaultRow {
  private static func page(
    _ id: String, _ members: String, _ action: String, stops: Bool, _ route: Route = .s3ToOSS
  ) -> FaultRow {
    FaultRow(
      id: "\(id)", route: route, source: ["\"op\":\"ListObjectsV2\",\(members),\(action)"],
      statuses: [stops ? 2 : 0], options: ["--source-listing", "pages"])
  }

  static var listings: [FaultRow] {
    let actions = [
      ("F12 internal error", #""do":"error","status":500"#),
      ("F13 cut, and a matching length", #""do":"short""#),
      ("F13 cut", #""do":"cut","then":"close""#), ("F13 reset", #""do":"cut","then":"rst""#),
      ("F13 stall", #""do":"cut","then":"stall""#),
      ("F15 portal page", #""do":"body","is":"html""#), ("F16 empty page", #""do":"body","is":"empty""#),
      ("error with 200", #""do":"body","is":"error""#), ("bad XML", #""do":"body","is":"bad-xml""#),
      ("F44 billion laughs", #""do":"body","is":"billion-laughs""#),
      ("F18 no token", #""do":"list-no-token""#), ("endless headers", #""do":"endless-headers""#),
      ("two lengths", #""do":"two-lengths""#), ("no answer", #""do":"lose""#),
    ]
    var rows: [FaultRow] = []
    for (index, (id, action)) in actions.enumerated() {
      let route: Route = index % 2 == 0 ? .s3ToOSS : .ossToS3
      let other: Route = index % 2 == 0 ? .ossToS3 : .s3ToFile
      rows.append(page("\(id) first", #""page":"later","nth":1"#, action, stops: false, route))
      rows.append(page("\(id) always", #""page":"later""#, action, stops: true, other))
      if index % 3 == 0 {
        rows.append(page("\(id) on page 1", #""page":"first""#, action, stops: true, route))
      }
    }
    rows.append(page("F17 same page for ever", #""page":"later""#, #""do":"list-loop""#, stops: true))
    rows.append(
      page("F17 same page for ever", #""page":"later""#, #""do":"list-loop""#, stops: true, .ossToS3))
    rows.append(page("F19 two keys again", #""page":"later""#, #""do":"list-repeat""#, stops: false))
    rows.append(
      page("F19 two keys again", #""page":"later""#, #""do":"list-repeat""#, stops: false, .ossToS3))
    rows.append(page("F21 keys end", #""page":"later""#, #""do":"expire""#, stops: true))
    for count in [1, 4, 7] {
      rows.append(
        FaultRow(
          id: "F21 keys end after \(count) requests", statuses: [2], othersComplete: false, keysEnd: count))
    }
    for (index, _) in rows.enumerated() where rows[index].statuses == [2] {
      rows[index].othersComplete = false
    }
    return rows + destinationListings + hostile
  }

  private static var destinationListings: [FaultRow] {
    [
      FaultRow(
        id: "F15 portal page at the destination",
        destination: [#""op":"ListObjectsV2","do":"body","is":"html""#],
        statuses: [2], othersComplete: false),
      FaultRow(
        id: "F12 internal error at the destination", route: .ossToS3,
        destination: [#""op":"ListObjectsV2","nth":1,"do":"error","status":500"#]),
    ]
  }

  /// Rows F24 to F33: nothing goes wrong but the names.
  private static var hostile: [FaultRow] {
    let unsafe = ["unsafe-name"]
    return [
      FaultRow(
        id: "F24 to F33 hostile keys", content: .hostile, statuses: [1], ends: ["/leading": unsafe],
        afterwards: 1),
      FaultRow(id: "F24 to F33 hostile keys", route: .ossToS3, content: .hostile),
      FaultRow(
        id: "F24 to F33 hostile keys", route: .s3ToFile, content: .hostile, statuses: [1],
        ends: [
          "/leading": unsafe, "a//b": unsafe, "a/./b": unsafe, "a/../b": unsafe, ".": unsafe, "..": unsafe,
          "../../evil": unsafe, "clash": unsafe + ["completed"], "clash/x": unsafe + ["completed"],
          "full/": unsafe,
        ], afterwards: 1),
    ]
  }
}
