/// The one style sheet of the page, and its digest for the page's policy.
enum StyleSheet {
  /// `sha256-` and the Base64 of the SHA-256 of the style element's content; a test computes it again.
  static let digest = "sha256-eSBRuQU9FlqjWole0/RsAg7t5D7PeepxCsYfFiZwdGQ="

  static let markup: Markup = """

    :root {
      --paper: #fbfaf7; --card: #fff; --ink: #1d2126; --soft: #5c6670; --line: #dcd9d1;
      --good: #1b6e3c; --bad: #a4262c; --open: #8a5a00; --left: #7d8790; --plain: #35608f;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #15181c; --card: #1c2026; --ink: #e6e4df; --soft: #9aa4ae; --line: #333a42;
        --good: #6cc48d; --bad: #f08a84; --open: #e3b25c; --left: #7d8790; --plain: #7fadde;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 16px/1.5 system-ui, "Segoe UI", "Noto Sans", "Noto Sans CJK JP", sans-serif;
    }
    main { max-width: 66rem; margin: 0 auto; padding: 3rem 1.5rem; }
    h1 { font-size: 2.2rem; line-height: 1.2; margin: 0; }
    h2 { font-size: 1.15rem; margin: 0 0 .8rem; }
    h3 { font-size: 1rem; margin: 1.6rem 0 .3rem; }
    p { margin: .5rem 0; max-width: 48rem; }
    header { border-bottom: 3px solid var(--ink); padding-bottom: 1.2rem; margin-bottom: 2rem; }
    section {
      background: var(--card); border: 1px solid var(--line); border-radius: 6px;
      padding: 1.3rem 1.5rem; margin: 0 0 1.3rem; overflow-x: auto;
    }
    .kind { color: var(--soft); text-transform: uppercase; letter-spacing: .12em; font-size: .8rem; margin: 0; }
    .route { color: var(--soft); overflow-wrap: anywhere; }
    .route bdi { color: var(--ink); font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .95rem; }
    .outcome { font-size: 1.15rem; border-left: 6px solid; padding: .4rem 0 .4rem 1rem; max-width: none; }
    .outcome strong { display: block; text-transform: uppercase; letter-spacing: .06em; font-size: .85rem; }
    .outcome.good { border-color: var(--good); } .outcome.good strong { color: var(--good); }
    .outcome.open { border-color: var(--open); } .outcome.open strong { color: var(--open); }
    .outcome.bad { border-color: var(--bad); } .outcome.bad strong { color: var(--bad); }
    table { border-collapse: collapse; width: 100%; margin: .4rem 0 1rem; font-size: .93rem; }
    th, td { text-align: left; vertical-align: top; padding: .38rem 1rem .38rem 0; border-bottom: 1px solid var(--line); }
    thead th { color: var(--soft); font-weight: 500; font-size: .82rem; white-space: nowrap; }
    tbody th { font-weight: 600; white-space: nowrap; }
    tfoot th, tfoot td { border-top: 2px solid var(--ink); border-bottom: 0; font-weight: 600; }
    .n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    .time { white-space: nowrap; font-variant-numeric: tabular-nums; }
    .wide { width: 34%; }
    .key { font-family: ui-monospace, "DejaVu Sans Mono", "Noto Sans Mono CJK JP", monospace; font-size: .86rem; overflow-wrap: anywhere; }
    .rows .key:first-child { min-width: 14rem; }
    .law { font-weight: 600; font-variant-numeric: tabular-nums; }
    .law .good { color: var(--good); } .law .bad { color: var(--bad); }
    .count { color: var(--bad); font-variant-numeric: tabular-nums; }
    .bar { display: block; width: 100%; height: .7rem; background: var(--line); border-radius: 3px; }
    rect.good { fill: var(--good); } rect.bad { fill: var(--bad); } rect.open { fill: var(--open); }
    rect.left { fill: var(--left); } rect.plain { fill: var(--plain); }
    .note { color: var(--soft); font-size: .85rem; }
    .figures { background: none; border: 0; padding: 0; }
    .figures dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(11rem, 1fr)); gap: 1rem; margin: 0; }
    .figures dl div { background: var(--card); border: 1px solid var(--line); border-radius: 6px; padding: .9rem 1.1rem; }
    .figures dd { font-size: 1.45rem; line-height: 1.35; white-space: nowrap; } .figures .bad { color: var(--bad); }
    .figures small { display: block; color: var(--soft); font-size: .82rem; font-weight: 400; }
    .chart { display: block; width: 100%; height: auto; margin: .6rem 0; }
    .grid { stroke: var(--line); stroke-width: 1; } .cut { stroke: var(--open); stroke-width: 1.5; stroke-dasharray: 4 4; }
    .tick { fill: var(--soft); font-size: 12px; } .mid { text-anchor: middle; } .end { text-anchor: end; }
    dl { display: flex; flex-wrap: wrap; gap: .6rem 2.5rem; margin: .6rem 0 0; }
    dl div { min-width: 8rem; }
    dt { color: var(--soft); font-size: .82rem; }
    dd { margin: 0; font-size: 1.1rem; font-weight: 600; font-variant-numeric: tabular-nums; }
    code { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: .9em; }
    footer { color: var(--soft); font-size: .85rem; margin-top: 2rem; }
    @media print {
      body { background: #fff; color: #000; font-size: 11px; }
      main { max-width: none; padding: 0; }
      section { border: 0; padding: 0; overflow: visible; }
      tr, h2, h3 { break-inside: avoid; break-after: auto; }
      thead { display: table-header-group; }
    }

    """
}
