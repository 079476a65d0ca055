/// The saved listings that can be read; the names are those of `--format`.
public enum SavedFormat: String, CaseIterable, Sendable {
  /// Pages of ListObjects and ListObjectVersions, of S3 and OSS, as they came.
  case xml
  /// What `aws s3api list-objects-v2`, `list-objects` and `list-object-versions` print.
  case awsJSON = "aws-json"
  /// What `rclone lsjson` prints.
  case rcloneJSON = "rclone-json"
  /// The `manifest.json` of an S3 or OSS inventory.
  case inventory
  /// The lists of Data Online Migration, and this tool's own.
  case migration
  /// One key a line, or each with a NUL behind it.
  case keys
}
