/* The light table: keeps the state the server told, draws it, keeps the selection, and sends one request an act. */
import { Tiles, say } from "./light_table_tiles.js";
import { Selection } from "./light_table_selection.js";
import { Dialogs } from "./light_table_dialogs.js";
import { letDrag } from "./light_table_drag.js";

const start = JSON.parse(document.getElementById("table-start").textContent);
const root = document.getElementById("table");
const words = start.words;
const part = (name) => root.querySelector(`[data-${name}]`);
const csrf = root.querySelector("[name=csrfmiddlewaretoken]").value;
const POLL = 4000;
const ZOOM = "intake-table-size";

let state = start.state;
let busy = false;

const tiles = new Tiles(part("items"), start, (item) => merge(item));
const selection = new Selection(tiles, drawBar);
const dialogs = new Dialogs(root, start, tiles);

/* One request; the answer is the whole table as it then lies. What fails is said, and the table shown as it is. */
async function send(url, body, told) {
  if (busy) return false;
  busy = true;
  root.setAttribute("aria-busy", "true");
  say_(words.working);
  try {
    const headers = { "X-CSRFToken": csrf, "X-Requested-With": "XMLHttpRequest", Accept: "application/json" };
    if (!(body instanceof FormData)) headers["Content-Type"] = "application/json";
    const answer = await fetch(url, { method: "POST", headers, body, priority: "high" });
    const data = await answer.json().catch(() => ({}));
    if (answer.ok) {
      take(data);
      say_(told || words.done);
      return true;
    }
    trouble([data.title, data.detail].filter(Boolean).join(" ") || words.offline);
    if (answer.status === 409 || answer.status === 403) await refresh();
    return false;
  } catch {
    trouble(words.offline);
    return false;
  } finally {
    busy = false;
    root.removeAttribute("aria-busy");
  }
}

async function refresh() {
  try {
    const answer = await fetch(start.stateUrl, {
      headers: { "If-None-Match": state.tag, "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
      cache: "no-store",
    });
    if (answer.status === 200) take(await answer.json());
  } catch {
    /* the next act will tell */
  }
}

function take(next) {
  state = next;
  part("trouble").hidden = true;
  const stood = document.activeElement.closest(".tile");
  tiles.draw(state);
  selection.keepOnly(tiles.order);
  // A tile that is moved loses the focus, and the keyboard its place.
  if (stood && stood.isConnected) stood.focus({ preventScroll: true });
  drawBar();
}

function say_(text) {
  part("told").textContent = text;
}

function trouble(text) {
  say_("");
  part("trouble").textContent = text;
  part("trouble").hidden = false;
}

function drawBar() {
  const chosen = selection.ids.length;
  part("count").textContent = chosen ? say(words.chosen, { count: chosen }) : words.noneChosen;
  for (const button of root.querySelectorAll("[data-needs]")) button.disabled = !chosen;
  const undo = root.querySelector("[data-act=undo]");
  undo.disabled = !state.steps.length;
  undo.title = state.steps.length ? say(words.undo, { what: state.steps[0][1] }) : words.undoNothing;
  root.querySelector("[data-act=judge]").hidden = !start.judges;
}

const seen = () => Object.fromEntries(state.items.map((item) => [item.id, item.token]));
const pages = () => selection.inOrder();
const act = (fields, told) => send(start.actUrl, JSON.stringify({ seen: seen(), ...fields }), told);

function turn(degrees, ids = pages()) {
  const turns = Object.fromEntries(ids.map((id) => [id, tiles.page(id).t]));
  return act({ act: "turn", pages: ids, degrees, turns });
}

function merge(item) {
  const place = state.items.findIndex((other) => other.id === item);
  if (place > 0) act({ act: "merge", item, into: state.items[place - 1].id });
}

/* Put the chosen pages before `before` ("" is the end) of item `into`. */
function move(into, before, ids = pages()) {
  return act({ act: "move", pages: ids, into, before });
}

/* Alt and an arrow: one place on within the item, past the page that stands there. */
function step(forward) {
  const ids = pages();
  const item = state.items.find((one) => one.pages.some((page) => page.id === ids[0]));
  if (!item) return;
  const chosen = new Set(ids);
  const order = item.pages.map((page) => page.id);
  if (forward) {
    const last = order.reduce((at, id, place) => (chosen.has(id) ? place : at), -1);
    if (last + 1 < order.length) move(item.id, order[last + 2] || "", ids);
  } else {
    const first = order.findIndex((id) => chosen.has(id));
    if (first > 0) move(item.id, order[first - 1], ids);
  }
}

async function judge() {
  const answer = await dialogs.judge();
  if (!answer) return;
  if (answer.verdict === "rescan" && !answer.reasons.length) return trouble(words.needsReason);
  const ids = pages();
  act({ act: "judge", pages: ids, versions: Object.fromEntries(ids.map((id) => [id, tiles.page(id).v])), ...answer });
}

async function rescan() {
  const ids = pages();
  if (ids.length !== 1) return trouble(words.oneOnly);
  const file = await dialogs.file();
  if (!file) return;
  const body = new FormData();
  body.append("page", ids[0]);
  body.append("version", tiles.page(ids[0]).v);
  body.append("file", file, file.name);
  say_(words.uploading);
  send(start.rescanUrl, body, words.rescanned);
}

const deeds = {
  undo: () => {
    const [step] = state.steps;
    if (step) act({ act: "undo", step: step[0] }, say(words.undone, { what: step[1] }));
  },
  all: () => selection.all(),
  none: () => selection.clear(),
  left: () => turn(270),
  right: () => turn(90),
  over: () => turn(180),
  divide: () => act({ act: "divide", pages: pages() }),
  blank: () => act({ act: "mark", pages: pages(), blank: pages().some((id) => tiles.page(id).s !== "blank") }),
  remove: () => {
    const ids = pages();
    if (window.confirm(say(words.sureRemove, { count: ids.length }))) act({ act: "remove", pages: ids });
  },
  move: async () => {
    const where = await dialogs.move(state, start.targets);
    if (where) move(where.into, where.before);
  },
  enlarge: () => dialogs.enlarge(selection.focused || pages()[0], state, turn),
  judge,
  rescan,
};

root.addEventListener("click", (event) => {
  const button = event.target.closest("[data-act]");
  if (button) deeds[button.dataset.act]();
});

part("items").addEventListener("dblclick", (event) => {
  const tile = event.target.closest(".tile");
  if (tile) dialogs.enlarge(tile.dataset.id, state, turn);
});

const KEYS = { l: "left", r: "right", u: "over", d: "divide", b: "blank", m: "move", delete: "remove", enter: "enlarge" };

document.addEventListener("keydown", (event) => {
  if (event.target.closest("input:not([type=range]), select, textarea, dialog[open]")) return;
  const key = event.key.toLowerCase();
  const ctrl = event.ctrlKey || event.metaKey;
  if (ctrl && key === "z" && !event.shiftKey) deeds.undo();
  else if (ctrl && key === "a") selection.all();
  else if (key === "escape") selection.clear();
  else if (event.altKey && (key === "arrowleft" || key === "arrowright") && pages().length) step(key === "arrowright");
  else if (event.target.closest(".tile") && selection.key(event)) return event.preventDefault();
  else if (!ctrl && !event.altKey && KEYS[key] && event.target.closest(".tile") && pages().length) deeds[KEYS[key]]();
  else return;
  event.preventDefault();
});

const zoom = part("zoom");
function drawZoom() {
  root.style.setProperty("--size", `${zoom.value}px`);
}
const kept = Number(localStorage.getItem(ZOOM));
zoom.value = kept || (window.innerWidth < 800 ? 100 : 150);
zoom.addEventListener("input", () => {
  localStorage.setItem(ZOOM, zoom.value);
  drawZoom();
});

drawZoom();
tiles.draw(state);
drawBar();
letDrag(part("items"), selection, (into, before, ids) => move(into, before, ids));
setInterval(() => {
  const moving = state.items.some((item) => item.pages.some((page) => page.s === "waiting")) || !state.items.length;
  if (moving && !busy && document.visibilityState === "visible") refresh();
}, POLL);
root.dataset.ready = "yes";
