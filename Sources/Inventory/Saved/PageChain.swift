import ObjectStorage
import SavedReports

/// The pages of a saved listing: whether they are one listing, and all of it.
///
/// Where pages say where they begin, as most stores do, their order does not matter; else they have to be given in
/// the order of the listing.
struct PageChain {
  private struct Link {
    /// Where the page was found.
    let label: String
    let beginning: SavedPage.Beginning
    let end: SavedPage.End
  }

  private var links: [Link] = []
  private var first: (page: SavedPage, label: String)?

  /// Takes a page that was found at a place; throws where it is no page of the listing of the pages before.
  mutating func add(_ page: SavedPage, _ label: String) throws(ReportProblem) {
    if let folder = page.folder {
      throw ReportProblem(
        "the listing was made with a delimiter, so that the keys below \(folder.shown) are not in it; save it without one"
      )
    }
    if let first { try check(page, against: first) } else { first = (page, label) }
    links.append(Link(label: label, beginning: page.beginning, end: page.end))
  }

  private func check(
    _ page: SavedPage, against first: (page: SavedPage, label: String)
  ) throws(ReportProblem) {
    if page.bucket != first.page.bucket {
      throw ReportProblem(
        "it is of bucket \(shown(page.bucket)), and \(first.label) of \(shown(first.page.bucket)); give the pages of one listing"
      )
    }
    if page.prefix != first.page.prefix {
      throw ReportProblem(
        "it is of the prefix \(shown(page.prefix)), and \(first.label) of \(shown(first.page.prefix)); give the pages of one listing"
      )
    }
    if page.hasVersions != first.page.hasVersions {
      throw ReportProblem(
        "of this page and \(first.label) only one lists versions; give the pages of one listing")
    }
  }

  /// Throws where a page is missing or there twice; called behind the last page.
  func finish() throws(ReportProblem) {
    for link in links {
      if case .after(let key) = link.beginning {
        throw ReportProblem(
          "\(link.label): the listing was asked for behind the key \(key.shown), so that what comes before is missing; save it from its beginning"
        )
      }
    }
    let tellsPlaces = links.contains { if case .at = $0.beginning { true } else { false } }
    let tellsAllEnds = !links.contains { $0.end == .untold }
    if tellsPlaces && tellsAllEnds { try followPlaces() } else { try followOrder() }
  }

  private func followPlaces() throws(ReportProblem) {
    var byPlace: [SavedPage.Place: Link] = [:]
    var beginning: Link?
    for link in links {
      if case .at(let place) = link.beginning {
        if let twin = byPlace.updateValue(link, forKey: place) { throw twice(twin, link) }
      } else {
        if let beginning { throw twice(beginning, link) }
        beginning = link
      }
    }
    guard var link = beginning else {
      throw ReportProblem(
        "the first page of the listing is missing: \(links[0].label) begins \(place(of: links[0])); give all its pages"
      )
    }
    while case .at(let place) = link.end {
      guard let next = byPlace.removeValue(forKey: place) else { throw missing(place, behind: link) }
      link = next
    }
    guard let lost = byPlace.values.map(\.label).min() else { return }
    throw ReportProblem(
      "\(lost): no page leads to this one: it is of another listing, or a page before it is missing")
  }

  private func followOrder() throws(ReportProblem) {
    var ends: [SavedPage.Place: Link] = [:]
    for (index, link) in links.enumerated() {
      let next = index + 1 < links.count ? links[index + 1] : nil
      switch (link.end, next) {
      case (.last, nil): return
      case (.last, let next?):
        throw ReportProblem(
          "\(next.label): the listing ended with \(link.label) already: a page is given twice, or of another listing, or the pages are not in their order"
        )
      case (.untold, nil):
        throw ReportProblem("\(link.label): the listing goes on behind this page, and that page is missing")
      case (.at(let place), nil): throw missing(place, behind: link)
      case (.untold, _?): continue
      case (.at(let place), let next?):
        if let twin = ends.updateValue(link, forKey: place) { throw twice(twin, link) }
        if case .at(let told) = next.beginning, told != place { throw missing(place, behind: link) }
        if next.beginning == .first { throw twice(link, next) }
      }
    }
  }

  private func missing(_ place: SavedPage.Place, behind link: Link) -> ReportProblem {
    ReportProblem(
      "\(link.label): the listing goes on \(shown(place)); that page is missing, so give it too, or save the listing again"
    )
  }

  private func twice(_ one: Link, _ other: Link) -> ReportProblem {
    ReportProblem(
      "\(other.label): the same page as \(one.label), or one of another listing; give each page once")
  }

  private func place(of link: Link) -> String {
    if case .at(let place) = link.beginning { shown(place) } else { "somewhere" }
  }

  private func shown(_ place: SavedPage.Place) -> String {
    switch place {
    case .token(let token): "at token \(shownSafely(token))"
    case .key(let key): "behind the key \(key.shown)"
    case .version(let key, let id): "behind the key \(key.shown), version \(shownSafely(id ?? "all"))"
    }
  }

  private func shown(_ text: String?) -> String { text.map { shownSafely($0) } ?? "(not named)" }

  private func shown(_ key: ObjectKey?) -> String { key.map { "\"\($0.shown)\"" } ?? "(not named)" }
}
