/* The page viewer: joins image, text, hits, thumbnails and keys; page, query and turn stand in the address. */

import { Hits } from "./hits.js";
import { PageImage } from "./image.js";
import { startKeys } from "./keys.js";
import { fetchImage, fetchParts } from "./loading.js";
import { startTabs } from "./panel.js";
import { Strip } from "./strip.js";
import { TextLines } from "./text.js";

const QUIET = 120; // ms: pages that are only leafed past are not opened
const byId = (id) => document.getElementById(id);
const reader = byId("reader");
const words = JSON.parse(byId("reader-words").textContent);
const turnForm = byId("reader-turn-form");
const search = byId("reader-search");

let state = JSON.parse(byId("reader-state").textContent);
let query = new URL(location).searchParams.get("q") ?? "";
let turn = turnInAddress();
let hit = -1; // index of the hit that is shown on this page
let aimed = state.page; // the page one is on the way to
let work = new AbortController();
let blob = "";
let lastMove = 0;
let timer = 0;

const image = new PageImage(byId("reader-image"), { onPoint: selectLineAt });
const text = new TextLines(byId("reader-text"), { onSelect: lightLine });
const strip = new Strip(byId("reader-strip"), words);
const hits = new Hits(reader.dataset.hits, { onChange: showHits });

function turnInAddress() {
  const given = Number(new URL(location).searchParams.get("turn"));
  return [90, 180, 270].includes(given) ? given : 0;
}

function addressOf(link) {
  const address = new URL(link.href, location);
  address.search = "";
  if (query) address.searchParams.set("q", query);
  return address;
}

/* ---- pages ---- */

/* Go to a page; `start` says which of its hits comes first: "first", "last", or "none". */
function goTo(link, { start = "first", push = true, now = false } = {}) {
  if (!link || link.dataset.page === aimed) return;
  aimed = link.dataset.page;
  strip.mark(aimed);
  byId("reader-jump").value = link.dataset.position;
  clearTimeout(timer);
  const hurried = performance.now() - lastMove < 2 * QUIET;
  lastMove = performance.now();
  const open = () => load(addressOf(link), { start, push });
  if (hurried && !now) timer = setTimeout(open, QUIET);
  else open();
}

async function load(address, { start = "first", push = true, sameImage = false } = {}) {
  work.abort();
  work = new AbortController();
  const { signal } = work;
  const waiting = setTimeout(() => { byId("reader-loading").hidden = false; }, 150);
  try {
    const picture = sameImage ? null : fetchImage(strip.linkOf(aimed).dataset.image, signal, words);
    picture?.catch(() => {}); // an aborted one is dealt with below, where it is waited for
    const parts = await fetchParts(address, signal);
    if (!parts) return void location.assign(address);
    state = parts;
    if (push) history.pushState(null, "", address);
    turn = turnInAddress();
    nameScreen();
    if (picture) await showImage(await picture);
    showHit(start === "last" ? state.hits.length - 1 : start === "first" ? 0 : -1);
  } catch (error) {
    if (error.name !== "AbortError") location.assign(address);
  } finally {
    clearTimeout(waiting);
    if (!signal.aborted) byId("reader-loading").hidden = true;
  }
}

async function showImage({ url, problem }) {
  const said = byId("reader-problem");
  said.hidden = !problem;
  said.textContent = problem ?? "";
  if (problem) return void image.close();
  const before = blob;
  blob = url;
  await image.open(url, { width: state.width, height: state.height }, state.turn + turn);
  if (before) URL.revokeObjectURL(before);
}

function nameScreen() {
  byId("reader-image").setAttribute("aria-label", state.label);
  byId("reader-jump").value = state.position;
  document.title = document.title.replace(/^\s*[^·]*/, `${state.label} `);
  const crumb = document.querySelector(".w-breadcrumbs li:last-child > *");
  if (crumb) crumb.textContent = state.label;
  if (turnForm) turnForm.action = state.turnFor;
  showTurnForm();
}

/* ---- hits and lines ---- */

function showHit(index) {
  hit = index >= 0 && index < state.hits.length ? index : -1;
  image.draw("hits", state.hits.flat());
  image.draw("hit", hit < 0 ? [] : state.hits[hit]);
  if (hit >= 0) {
    image.reveal(state.hits[hit][0]);
    markInText(hit);
  }
  sayHit();
}

function markInText(index) {
  const marks = [...byId("reader-text").querySelectorAll("mark")];
  // A hit that runs over a line's end has a mark on each line.
  const before = state.hits.slice(0, index).reduce((sum, boxes) => sum + boxes.length, 0);
  marks.forEach((mark, at) => mark.classList.toggle("is-current", at >= before && at < before + state.hits[index].length));
  if (marks[before]) text.bringIntoView(marks[before]);
}

function sayHit() {
  const said = byId("reader-hit");
  if (!query || (hits.failed && !hits.total)) said.textContent = "";
  else if (hits.complete && !hits.total) said.textContent = words.noHits;
  else if (hits.total) {
    const number = hit < 0 ? "–" : hits.numberOf(state.position, hit);
    const form = hits.complete ? words.hit : words.hitMore;
    said.textContent = form.replace("%(number)s", number).replace("%(total)s", hits.total);
  }
}

function showHits() {
  strip.showHits(hits);
  sayHit();
}

async function stepHit(step) {
  const next = hit + step;
  if (state.hits.length && next >= 0 && next < state.hits.length) return showHit(next);
  const beside = await hits.pageBeside(state.position, step);
  if (beside) goTo(strip.linkOf(beside.page), { start: step > 0 ? "first" : "last", now: true });
}

function lightLine(number, reveal) {
  const box = number === null ? null : state.lines[number];
  image.draw("line", box ? [box] : []);
  if (box && reveal) image.reveal(box);
}

function selectLineAt({ x, y }) {
  const found = state.lines.findIndex(([x0, y0, x1, y1]) => x >= x0 && x <= x1 && y >= y0 && y <= y1);
  text.select(found < 0 ? null : found, { reveal: false });
}

/* ---- view ---- */

function turnView() {
  turn = (turn + 90) % 360;
  image.turnTo(state.turn + turn);
  const address = new URL(location);
  if (turn) address.searchParams.set("turn", turn);
  else address.searchParams.delete("turn");
  history.replaceState(null, "", address);
  showTurnForm();
}

function showTurnForm() {
  if (!turnForm) return;
  turnForm.hidden = !turn;
  turnForm.elements.degrees.value = turn;
}

function showPanel(shown) {
  reader.classList.toggle("reader--no-panel", !shown);
  reader.querySelector('[data-act="panel"]').setAttribute("aria-pressed", String(shown));
  try { localStorage.setItem("reader-panel", shown ? "1" : "0"); } catch { /* private windows keep nothing */ }
}

function fullScreen() {
  if (document.fullscreenElement) document.exitFullscreen();
  else if (reader.requestFullscreen) reader.requestFullscreen();
  else reader.classList.toggle("reader--filling");
}

const acts = {
  "page-previous": () => goTo(strip.beside(aimed, -1)),
  "page-next": () => goTo(strip.beside(aimed, 1)),
  "hit-previous": () => stepHit(-1),
  "hit-next": () => stepHit(1),
  "zoom-in": () => image.zoom(1.3),
  "zoom-out": () => image.zoom(1 / 1.3),
  fit: () => image.fit(),
  turn: turnView,
  panel: () => showPanel(reader.classList.contains("reader--no-panel")),
  "full-screen": fullScreen,
  help: () => byId("reader-keys").showModal(),
};

startKeys({
  ArrowLeft: acts["page-previous"],
  ArrowRight: acts["page-next"],
  PageUp: acts["page-previous"],
  PageDown: acts["page-next"],
  Home: () => goTo(strip.links[0]),
  End: () => goTo(strip.links.at(-1)),
  ArrowUp: () => image.pan(0, -80),
  ArrowDown: () => image.pan(0, 80),
  n: acts["hit-next"],
  p: acts["hit-previous"],
  "+": acts["zoom-in"],
  "=": acts["zoom-in"],
  "-": acts["zoom-out"],
  0: acts.fit,
  r: acts.turn,
  t: acts.panel,
  f: acts["full-screen"],
  "/": () => search.elements.q.select(),
  "?": acts.help,
}, byId("reader-image"));

reader.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) acts[button.dataset.act]();
});
byId("reader-strip").addEventListener("click", (event) => {
  const link = event.target.closest("[data-page]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  goTo(link, { now: true });
});
byId("reader-jump").addEventListener("change", (event) => goTo(strip.at(Number(event.target.value)), { now: true }));
search.addEventListener("submit", (event) => {
  event.preventDefault();
  const asked = search.elements.q.value.trim();
  if (asked === query) return void stepHit(1);
  query = asked;
  startSearch();
  load(addressOf(strip.linkOf(state.page)), { sameImage: true });
});
window.addEventListener("popstate", () => {
  const link = strip.links.find((one) => new URL(one.href).pathname === location.pathname);
  const asked = new URL(location).searchParams.get("q") ?? "";
  if (asked !== query) {
    query = asked;
    search.elements.q.value = asked;
    startSearch();
    aimed = "";
  }
  goTo(link, { push: false, now: true });
});

function startSearch() {
  hits.reset(query);
  showHits();
  if (turnForm) turnForm.elements.q.value = query;
  hits.loadAll();
}

/* ---- start ---- */

try { if (localStorage.getItem("reader-panel") === "0") showPanel(false); } catch { /* as above */ }
startTabs(byId("reader-panel"), { readersAddress: reader.dataset.readers });
showTurnForm();
strip.mark(state.page);
startSearch();
showImage(await fetchImage(state.image, work.signal, words)).then(() => showHit(0));
