// swift-tools-version: 6.2
import PackageDescription

/// Settings of every Swift target: Swift 6 mode, nothing implicit, no warning left standing.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioConcurrencyHelpers = Target.Dependency.product(name: "NIOConcurrencyHelpers", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioTLS = Target.Dependency.product(name: "NIOTLS", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let argumentParser = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

/// A floor of the design: a module may import only what is listed here, and the build checks it.
func floor(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
  name: "tranship",
  products: [.executable(name: "tranship", targets: ["tranship"])],
  dependencies: [
    // The command line: parsing, help and usage errors.
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    // The ledger: migrations, transactions and queries on the system's SQLite.
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    // HTTP/1.1 on event loops: a GET piped into a PUT costs a third of what higher clients take.
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    // TLS for that HTTP, with verification on.
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    // The file of addresses that have names.
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
  ],
  targets: [
    // F0
    .target(name: "CChecksums", dependencies: ["COpenSSL"]),
    .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(name: "CLibXML2", pkgConfig: "libxml-2.0", providers: [.apt(["libxml2-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CSpawn"),
    // F1
    floor("Checksums", ["CChecksums", "COpenSSL"]),
    // F2
    floor("ObjectStorage", ["Checksums", nioCore]),
    // F3
    floor("StorageWire", ["Checksums", "ObjectStorage", "CLibXML2"]),
    floor("SavedReports", ["Checksums", "ObjectStorage", "CZlib"]),
    floor("AuditLedger", ["Checksums", "ObjectStorage", grdb, grdbSQLite]),
    // F4
    floor(
      "StorageClients",
      [
        "CSpawn", "Checksums", "ObjectStorage", "StorageWire", nioCore, nioPosix, nioHTTP1, nioTLS, nioSSL,
        nioConcurrencyHelpers, yams,
      ]),
    floor(
      "Inventory", ["Checksums", "ObjectStorage", "SavedReports", "StorageWire", "AuditLedger", nioCore]),
    floor("Verification", ["Checksums", "ObjectStorage", "SavedReports", "AuditLedger"]),
    floor("Transfers", ["Checksums", "ObjectStorage", "AuditLedger", nioCore]),
    floor("Reports", ["Checksums", "ObjectStorage", "AuditLedger"]),
    // F5
    floor(
      "Migration",
      [
        "Checksums", "ObjectStorage", "SavedReports", "AuditLedger", "StorageClients", "Inventory",
        "Verification", "Transfers", "Reports", nioCore,
      ]),
    // Beside the floors
    floor("DevStore", ["Checksums", nioCore, nioPosix, nioHTTP1]),
    floor("StorageTesting", ["Checksums", "ObjectStorage", nioCore, nioPosix, nioHTTP1]),
    // F6
    .executableTarget(
      name: "tranship",
      dependencies: [
        "Checksums", "ObjectStorage", "SavedReports", "StorageWire", "AuditLedger", "StorageClients",
        "Inventory", "Transfers", "Migration", "Verification", "Reports",
        "DevStore", nioCore, nioPosix, argumentParser,
      ],
      swiftSettings: strict),

    tests("ChecksumsTests", ["CChecksums", "Checksums", "StorageTesting"]),
    tests("ObjectStorageTests", ["Checksums", "ObjectStorage", "StorageTesting", nioCore, nioPosix]),
    tests("StorageWireTests", ["Checksums", "ObjectStorage", "StorageWire", "StorageTesting"]),
    tests("SavedReportsTests", ["Checksums", "ObjectStorage", "SavedReports", "StorageTesting"]),
    tests("AuditLedgerTests", ["Checksums", "ObjectStorage", "AuditLedger", "StorageTesting", grdb]),
    tests(
      "StorageClientsTests",
      [
        "Checksums", "ObjectStorage", "StorageWire", "StorageClients", "StorageTesting", "DevStore",
        nioCore, nioPosix, nioHTTP1, nioSSL, nioConcurrencyHelpers,
      ]),
    tests(
      "InventoryTests",
      ["Checksums", "ObjectStorage", "SavedReports", "AuditLedger", "Inventory", "StorageTesting", nioCore]),
    tests(
      "VerificationTests",
      ["Checksums", "ObjectStorage", "SavedReports", "AuditLedger", "Verification", "StorageTesting"]),
    tests(
      "TransfersTests", ["Checksums", "ObjectStorage", "AuditLedger", "Transfers", "StorageTesting", nioCore]),
    tests("ReportsTests", ["Checksums", "ObjectStorage", "AuditLedger", "Reports", "StorageTesting"]),
    tests(
      "MigrationTests",
      [
        "Checksums", "ObjectStorage", "SavedReports", "AuditLedger", "StorageClients", "Inventory",
        "Transfers", "Verification",
        "Migration", "StorageTesting", nioCore, nioPosix,
      ]),
    // The judge of the matrix shares no code with what it judges.
    tests("FaultMatrixTests", ["DevStore", "StorageTesting", "tranship"]),
    tests("DevStoreTests", ["Checksums", "DevStore", "StorageTesting", nioCore, nioPosix]),
    tests(
      "EndToEndTests",
      [
        "Checksums", "ObjectStorage", "StorageWire", "StorageClients", "StorageTesting", "DevStore",
        "tranship",
        nioCore, nioPosix,
      ]),
  ]
)
