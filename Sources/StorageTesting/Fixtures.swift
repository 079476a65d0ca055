public import Foundation

/// Finds the data that tests read.
public enum Fixtures {
  /// The repository's folder of test data.
  public static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("fixtures")

  public static func data(_ name: String) throws -> Data {
    try Data(contentsOf: folder.appendingPathComponent(name))
  }

  /// A JSON file, decoded.
  public static func decode<Value: Decodable>(_ type: Value.Type, _ name: String) throws -> Value {
    try JSONDecoder().decode(type, from: data(name))
  }

  /// Others' vectors that may lie beside the repository and are not part of it; nil where they do not.
  public static func published(_ name: String) -> Data? {
    let path = folder.deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("shared/vectors").appendingPathComponent(name)
    return try? Data(contentsOf: path)
  }
}
