import ObjectStorage
import Testing

@Suite("what a storage class means")
struct StorageClassTests {
  @Test(
    "archives are known by name, and unknown classes by the words in theirs",
    arguments: [
      (nil, .immediate, true), ("STANDARD", .immediate, true), ("Standard", .immediate, true),
      ("STANDARD_IA", .immediate, false), ("ONEZONE_IA", .immediate, false),
      ("REDUCED_REDUNDANCY", .immediate, false), ("EXPRESS_ONEZONE", .immediate, false),
      ("IA", .immediate, false), ("", .immediate, false), ("OUTPOSTS", .immediate, false),
      ("GLACIER_IR", .immediate, false), ("glacier", .archived, false),
      ("INTELLIGENT_TIERING", .maybeArchived, false), ("GLACIER", .archived, false),
      ("DEEP_ARCHIVE", .archived, false), ("Archive", .archived, false), ("ColdArchive", .archived, false),
      ("DeepColdArchive", .archived, false), ("GLACIER_IR_2", .archived, false),
      ("MAZ_ARCHIVE", .archived, false),
    ] as [(String?, StorageClass.Access, Bool)])
  func access(_ name: String?, _ access: StorageClass.Access, _ isDefault: Bool) {
    #expect(StorageClass(name).access == access)
    #expect(StorageClass(name).isDefault == isDefault)
  }
}
