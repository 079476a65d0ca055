import ObjectStorage
import Testing
import Transfers

@Suite("storage classes across vendors")
struct StorageClassMapTests {
  struct Line: Sendable {
    var name: String?
    var from: StoreLocation.Kind
    var to: StoreLocation.Kind
    var becomes: String?
    var isNoted = false
  }

  static let table: [Line] = [
    Line(name: "STANDARD", from: .s3, to: .oss, becomes: "Standard"),
    Line(name: "STANDARD_IA", from: .s3, to: .oss, becomes: "IA"),
    Line(name: "ONEZONE_IA", from: .s3, to: .oss, becomes: "IA"),
    Line(name: "GLACIER_IR", from: .s3, to: .oss, becomes: "IA"),
    Line(name: "GLACIER", from: .s3, to: .oss, becomes: "Archive"),
    Line(name: "DEEP_ARCHIVE", from: .s3, to: .oss, becomes: "DeepColdArchive"),
    Line(name: "INTELLIGENT_TIERING", from: .s3, to: .oss, becomes: nil, isNoted: true),
    Line(name: "REDUCED_REDUNDANCY", from: .s3, to: .oss, becomes: nil, isNoted: true),
    Line(name: "SNOW", from: .s3, to: .oss, becomes: nil, isNoted: true),
    Line(name: "of\ntomorrow", from: .s3, to: .oss, becomes: nil, isNoted: true),
    Line(name: nil, from: .s3, to: .oss, becomes: nil),
    Line(name: "Standard", from: .oss, to: .s3, becomes: "STANDARD"),
    Line(name: "STANDARD", from: .oss, to: .s3, becomes: "STANDARD"),
    Line(name: "IA", from: .oss, to: .s3, becomes: "STANDARD_IA"),
    Line(name: "Archive", from: .oss, to: .s3, becomes: "GLACIER"),
    Line(name: "ColdArchive", from: .oss, to: .s3, becomes: "DEEP_ARCHIVE"),
    Line(name: "DeepColdArchive", from: .oss, to: .s3, becomes: "DEEP_ARCHIVE"),
    Line(name: "GLACIER", from: .s3, to: .s3, becomes: "GLACIER"),
    Line(name: "INTELLIGENT_TIERING", from: .s3, to: .s3, becomes: "INTELLIGENT_TIERING"),
    Line(name: "EXPRESS_ONEZONE", from: .s3, to: .s3, becomes: nil, isNoted: true),
    Line(name: "STANDARD", from: .oss, to: .oss, becomes: "Standard"),
    Line(name: "ColdArchive", from: .oss, to: .oss, becomes: "ColdArchive"),
    Line(name: "STANDARD", from: .s3, to: .directory, becomes: nil),
    Line(name: "GLACIER", from: .s3, to: .directory, becomes: nil, isNoted: true),
    Line(name: nil, from: .directory, to: .oss, becomes: nil),
  ]

  @Test("what is kept is the closest class, and what has none is noted", arguments: table)
  func kept(_ line: Line) {
    let (name, note) = StorageClassMap.carried(line.name, from: line.from, to: line.to, .keep)
    #expect(name == line.becomes && (note != nil) == line.isNoted)
    if let name { #expect(StorageClassMap.settable(line.to).contains(name)) }
    if let note { #expect(!note.contains("\n")) }
  }

  @Test("nothing is asked for unless somebody chose it, and a name is taken as it is")
  func chosen() {
    #expect(StorageClassMap.carried("GLACIER", from: .s3, to: .oss, .own).name == nil)
    #expect(StorageClassMap.carried("STANDARD", from: .s3, to: .oss, .named("IA")).name == "IA")
  }
}
