/** The page's whole appearance; its hash is in the page's content security policy. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1f2933; --quiet: #52606d; --paper: #fff; --panel: #f2f5f8; --line: #cbd2d9; --link: #1d5b8f; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ecf0; --quiet: #a9b4bf; --paper: #14181d; --panel: #1f252c; --line: #3a444f; --link: #8fc1ee; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.55 system-ui, sans-serif; }
header, main { max-width: 68rem; margin: 0 auto; padding: 1rem 1.25rem; }
a { color: var(--link); }
nav ul { list-style: none; padding: 0; margin: 0; columns: 22rem auto; }
nav li { padding: 0.15rem 0; break-inside: avoid; }
section { border-top: 1px solid var(--line); padding: 1rem 0 1.5rem; }
h2 { font-size: 1.2rem; margin: 0.5rem 0; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.25rem 0 0.5rem; }
code, pre { font-family: ui-monospace, monospace; font-size: 0.9em; }
pre { background: var(--panel); padding: 0.75rem 1rem; overflow-x: auto; border-radius: 6px; margin: 0.5rem 0; }
.method { display: inline-block; min-width: 4.2em; font-weight: 700; }
.quiet { color: var(--quiet); }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.95em; }
th, td { text-align: start; vertical-align: top; padding: 0.35rem 0.75rem 0.35rem 0; border-bottom: 1px solid var(--line); }
td:nth-child(3) { max-width: 22rem; overflow-wrap: anywhere; }
@media (max-width: 40rem) {
  table, tbody, tr, th[scope="row"], td { display: block; width: 100%; }
  thead { display: none; }
  tr { border-bottom: 1px solid var(--line); padding: 0.5rem 0; }
  th[scope="row"], td { border: 0; padding: 0; max-width: none !important; overflow-wrap: anywhere; }
  td:nth-child(2):not(:empty)::before { content: "needed: "; }
}
summary { cursor: pointer; padding: 0.3rem 0; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
`;
