/**
 * The style and the script of the report's page.
 *
 * Constants, so that nothing is loaded and nothing of what was evaluated gets into them. Colours are the system's
 * where there is one for the purpose, and follow its light or dark preference; the marks differ by their line too, not by
 * colour alone.
 *
 * @module
 */

/** The page's style sheet. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --ground: light-dark(#fbfaf8, #16181c);
  --card: light-dark(#ffffff, #1e2126);
  --line: light-dark(#dcd8d0, #353a42);
  --ink: light-dark(#24221e, #e6e3dd);
  --quiet: light-dark(#6b665d, #9a978f);
  --right: light-dark(#d3efd9, #1d4a2b);
  --wrong: light-dark(#fbdcd7, #5c241d);
  --missed: light-dark(#fdefc3, #574312);
  --right-ink: light-dark(#14632b, #8fdca6);
  --wrong-ink: light-dark(#a02314, #ff9d8f);
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 90rem; padding: 1.5rem; background: var(--ground); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; }
h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
h3 { font-size: .8rem; margin: .6rem 0 .2rem; color: var(--quiet); font-weight: 600; }
header p, .quiet { color: var(--quiet); }
header p { margin: .3rem 0 1.2rem; }
.scroll { overflow-x: auto; margin: .8rem 0; }
table { border-collapse: collapse; background: var(--card); border: 1px solid var(--line); }
caption { text-align: left; font-weight: 600; padding: .3rem 0; white-space: nowrap; }
th, td { padding: .3rem .7rem; border-bottom: 1px solid var(--line); vertical-align: top; }
td { text-align: right; font-variant-numeric: tabular-nums; }
th { text-align: left; font-weight: 600; white-space: nowrap; }
thead th { font-size: .8rem; color: var(--quiet); white-space: normal; vertical-align: bottom; }
thead th + th { text-align: right; }
.fields td { text-align: left; overflow-wrap: break-word; min-width: 6rem; }
.fields th + th { text-align: left; }
.fields .wrong th { box-shadow: inset 3px 0 var(--wrong-ink); }
.fields .right th { box-shadow: inset 3px 0 var(--right-ink); }
ul { margin: 0; padding-left: 1.1rem; }
.filters { display: flex; flex-wrap: wrap; gap: .6rem 1rem; align-items: center; margin: .6rem 0; }
.filters label { color: var(--quiet); }
select, input { font: inherit; color: var(--ink); background: var(--card); border: 1px solid var(--line);
  border-radius: .3rem; padding: .15rem .4rem; }
.item { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; margin: .4rem 0; }
.item > summary { padding: .4rem .7rem; cursor: pointer; overflow-wrap: anywhere; }
.item[hidden] { display: none; }
summary:focus-visible, select:focus-visible, input:focus-visible { outline: 2px solid var(--right-ink); }
.reason { color: var(--wrong-ink); }
.verdict { display: inline-block; min-width: 4.2rem; text-align: center; border-radius: .3rem; padding: 0 .4rem;
  font-size: .8rem; font-weight: 600; }
.verdict.right { background: var(--right); color: var(--right-ink); }
.verdict.wrong { background: var(--missed); }
.verdict.invalid, .verdict.error { background: var(--wrong); color: var(--wrong-ink); }
.columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 1rem; padding: .2rem .7rem .7rem; }
@media (max-width: 50rem) { .columns { grid-template-columns: minmax(0, 1fr); } body { padding: .8rem; } }
pre { margin: .4rem 0; white-space: pre-wrap; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
.text { border-left: 3px solid var(--line); padding-left: .7rem; max-height: 36rem; overflow: auto; }
code { font: 13px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
mark { color: inherit; border-radius: .2rem; padding: 0 .1rem; }
mark.right { background: var(--right); border-bottom: 2px solid var(--right-ink); }
mark.wrong { background: var(--wrong); border-bottom: 2px dashed var(--wrong-ink); }
mark.missed { background: var(--missed); border-bottom: 2px dotted currentColor; }
`;

/** The page's filters. */
export const PAGE_SCRIPT = `
const form = document.querySelector(".filters");
const items = [...document.querySelectorAll(".item")];
function update() {
  const { variant, category, verdict, search, count } = form.elements;
  const words = search.value.trim().toLowerCase();
  let shown = 0;
  for (const item of items) {
    const isShown = (!variant.value || item.dataset.variant === variant.value) &&
      (!category.value || item.dataset.category === category.value) &&
      (!verdict.value || item.dataset.verdict === verdict.value) &&
      (!words || item.textContent.toLowerCase().includes(words));
    item.hidden = !isShown;
    if (isShown) shown++;
  }
  count.value = shown + " of " + items.length;
}
form.addEventListener("input", update);
form.addEventListener("submit", (event) => event.preventDefault());
update();
`;
