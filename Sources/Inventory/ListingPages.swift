public import ObjectStorage

/// The pages of a listing, one after the other; the next one is on its way while the last one is used.
public struct ListingPages: Sendable {
  private let store: any ObjectReader
  private let prefix: ObjectKey
  private let retrying: Retrying
  private var watch = ProgressWatch()
  private var coming: Task<Result<ListingPage, StorageError>, Never>?

  public init(of store: any ObjectReader, prefix: ObjectKey, from position: ListPosition?, retrying: Retrying)
  {
    self.store = store
    self.prefix = prefix
    self.retrying = retrying
    coming = ask(from: position)
  }

  /// The next page; nil behind the last one.
  ///
  /// Throws `malformed-answer` where the listing does not come forward.
  public mutating func next() async throws(StorageError) -> ListingPage? {
    guard let coming else { return nil }
    let answer = await withTaskCancellationHandler {
      await coming.value
    } onCancel: {
      coming.cancel()
    }
    self.coming = nil
    let page = try answer.get()
    try watch.admit(page)
    if let next = page.next { self.coming = ask(from: next) }
    return page
  }

  /// Ends what is on its way; no page comes any more.
  public mutating func cancel() {
    coming?.cancel()
    coming = nil
  }

  private func ask(from position: ListPosition?) -> Task<Result<ListingPage, StorageError>, Never> {
    Task { [store, prefix, retrying] in
      do throws(StorageError) {
        return .success(
          try await retrying.run { _ throws(StorageError) in
            try await store.list(prefix: prefix, from: position)
          })
      } catch {
        return .failure(error)
      }
    }
  }
}
