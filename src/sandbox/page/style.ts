/** Plain on purpose; light and dark by the reader's own setting, one column on a phone. */
export const STYLE = `
:root { color-scheme: light dark; --back: #fff; --card: #f5f6f8; --line: #c9ced6; --ink: #16191f;
  --quiet: #555d6b; --link: #0b57b8; --strong: #0b57b8; --strong-ink: #fff; --warn: #a4161a; --good: #1b6b3a; }
@media (prefers-color-scheme: dark) { :root { --back: #14171c; --card: #1e232b; --line: #414a58;
  --ink: #e8eaee; --quiet: #a7b0be; --link: #8fc1ff; --strong: #8fc1ff; --strong-ink: #10151c;
  --warn: #ff9c9c; --good: #86d9a4; } }
* { box-sizing: border-box; }
body { margin: 0; font: 1rem/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); }
h1 { font-size: 1.25rem; margin: 0; } h2 { font-size: 1.25rem; margin: 0 0 .5rem; }
h3 { font-size: 1rem; margin: 0 0 .5rem; } h4 { font-size: 1rem; margin: .5rem 0; }
a { color: var(--link); } .quiet, small, dt, time { color: var(--quiet); }
time, small, dt, footer { font-size: .85rem; }
button, input, select { font: inherit; color: inherit; background: var(--back); border: 1px solid var(--quiet);
  border-radius: .35rem; padding: .3rem .6rem; max-width: 100%; min-height: 2.25rem; }
button { background: var(--card); cursor: pointer; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; } main:focus { outline: none; }
.skip { position: absolute; left: -99rem; } .skip:focus { left: .5rem; top: .5rem; background: var(--back); padding: .5rem; }
.top { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; align-items: center; padding: .75rem 1rem;
  border-bottom: 1px solid var(--line); } .top p { margin: 0; color: var(--quiet); flex: 1; }
[role=alert] { margin: 1rem; padding: .5rem 1rem; border: 2px solid var(--warn); color: var(--warn); }
.page { display: grid; grid-template-columns: minmax(15rem, 20rem) minmax(0, 1fr); }
.side { padding: 1rem; border-right: 1px solid var(--line); } main { padding: 1rem; min-width: 0; }
nav form { display: flex; flex-wrap: wrap; gap: .25rem; } nav label { width: 100%; } nav input { flex: 1; min-width: 0; }
nav ul { list-style: none; margin: .75rem 0 1.5rem; padding: 0; max-height: 60vh; overflow-y: auto; }
nav a { display: block; padding: .4rem .6rem; border-left: 4px solid transparent; text-decoration: none; color: var(--ink); }
nav a:hover { background: var(--card); } nav a[aria-current] { background: var(--card); border-color: var(--strong); }
nav a span { display: block; overflow-wrap: anywhere; } .name { font-weight: 600; } .address { color: var(--quiet); font-size: .85rem; }
.often { color: var(--link); font-size: .85rem; }
.faults ul { padding-left: 1.2rem; } .faults h2 { font-size: 1rem; }
.fields { display: grid; gap: .6rem; margin-top: .5rem; } .fields label { display: grid; } .fields .check { display: block; } .check input { min-height: 0; } summary { cursor: pointer; padding: .25rem 0; }
dl { display: flex; flex-wrap: wrap; gap: .25rem 1.5rem; margin: 0 0 .75rem; } dd { margin: 0; overflow-wrap: anywhere; }
.switches { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; margin-bottom: 1rem; }
.switches form { display: flex; flex-wrap: wrap; gap: .25rem .75rem; align-items: center; }
.state::before { content: '○ '; } .state.on::before { content: '● '; color: var(--good); }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 22rem), 1fr)); gap: 1.5rem; align-items: start; }
.message { border: 1px solid var(--line); border-radius: .5rem; padding: .75rem; margin-bottom: 1rem; background: var(--card); }
.message header { display: flex; flex-wrap: wrap; gap: .5rem; align-items: center; } .message header time { margin-left: auto; }
.message footer { color: var(--quiet); overflow-wrap: anywhere; margin-top: .5rem; }
.badge { background: var(--strong); color: var(--strong-ink); border-radius: 1rem; padding: 0 .6rem; font-size: .85rem; }
.alike { color: var(--warn); font-size: .85rem; }
.text { white-space: pre-wrap; overflow-wrap: anywhere; margin: .5rem 0; }
iframe { width: 100%; height: 24rem; resize: vertical; border: 1px solid var(--line); background: #fff; color-scheme: light; margin-top: .5rem; }
.said ol { list-style: none; padding: 0; margin: .25rem 0 1rem; } .said li { border-left: 4px solid var(--line); padding: .1rem .75rem; margin: .4rem 0; }
.said li.customer { border-color: var(--good); } .said li.api { border-color: var(--strong); } .said p { margin: 0; }
.who { font-size: .85rem; font-weight: 600; }
.foot { padding: 1rem; border-top: 1px solid var(--line); color: var(--quiet); }
@media (max-width: 45rem) { .page { grid-template-columns: minmax(0, 1fr); } .side { border-right: 0; border-bottom: 1px solid var(--line); }
  nav ul { max-height: 14rem; } }
`;
