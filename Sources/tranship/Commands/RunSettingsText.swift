import AuditLedger
import Migration
import ObjectStorage

extension RunSession {
  /// What the run was asked for, as reports tell it: the options that decide what counts as done, and those given.
  ///
  /// No option is a secret, and none of an address is here: reports have the addresses by themselves.
  func settings(_ pace: Pacing) -> [RunSetting] {
    var settings = [
      RunSetting("require", options.require), RunSetting("overwrite", decisions.overwrite.rawValue),
      RunSetting("part-size", options.partSize), RunSetting("retries", String(options.retries)),
      RunSetting("concurrency", pacing.concurrency.map(String.init) ?? "found out by the run"),
    ]
    func add(_ name: String, _ value: String?) {
      if let value { settings.append(RunSetting(name, value)) }
    }
    func add(_ name: String, _ isGiven: Bool) { add(name, isGiven ? "yes" : nil) }
    add("bandwidth", pace.bandwidth?.text)
    add("requests-per-second", pace.requestsPerSecond?.text)
    add("window", pace.window?.text)
    add("time-zone", pace.isTimed ? pace.zone.name : nil)
    add("rename", decisions.rename?.rawValue)
    add("relist", isRelisting)
    add("restore", objects.restore.map { "\($0) days" })
    add("allow-gone", objects.allowGone)
    add("tags", objects.tags)
    add("storage-class", objects.storageClass)
    add("error-list", scope?.keys.map { "\(Wording.count($0.count)) listed objects" })
    add("class", scope?.classes.map { $0.map(\.rawValue).sorted().joined(separator: ",") })
    return settings
  }
}
