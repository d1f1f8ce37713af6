/* The dialogs of the light table: where to, what is wrong, which file, and one page large. */
import { say } from "./light_table_tiles.js";

export class Dialogs {
  constructor(root, start, tiles) {
    this.root = root;
    this.start = start;
    this.words = start.words;
    this.tiles = tiles;
    this._reasons();
    this._large();
  }

  part(name) {
    return this.root.querySelector(`[data-${name}]`);
  }

  _ask(dialog) {
    dialog.returnValue = "";
    dialog.showModal();
    return new Promise((resolve) => {
      dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true });
    });
  }

  async move(state, targets) {
    const into = this.part("move-into");
    const before = this.part("move-before");
    const group = (label, options) => {
      const node = document.createElement("optgroup");
      node.label = label;
      for (const [value, text] of options) node.append(new Option(text, value));
      return node;
    };
    const onTable = state.items.filter((item) => !item.filed).map((item) => [item.id, `${item.number} · ${item.title}`]);
    into.replaceChildren(group(this.words.onTable, onTable));
    if (targets.length) into.append(group(this.words.elsewhere, targets));
    const places = () => {
      const item = state.items.find((one) => one.id === into.value);
      const pages = item ? item.pages : [];
      before.replaceChildren(
        ...pages.map((page, place) => new Option(say(this.words.page, { number: place + 1 }), page.id)),
        new Option(this.words.end, "")
      );
      before.value = "";
    };
    into.onchange = places;
    places();
    const answer = await this._ask(this.part("move-dialog"));
    return answer === "move" ? { into: into.value, before: before.value } : null;
  }

  _reasons() {
    for (const [value, name] of this.start.reasons) {
      const label = document.createElement("label");
      const box = Object.assign(document.createElement("input"), { type: "checkbox", value });
      label.append(box, name);
      this.part("reasons").append(label);
    }
  }

  async judge() {
    const boxes = Array.from(this.part("reasons").querySelectorAll("input"));
    for (const box of boxes) box.checked = false;
    this.part("judge-note").value = "";
    const verdict = await this._ask(this.part("judge-dialog"));
    if (!verdict) return null;
    return {
      verdict,
      reasons: boxes.filter((box) => box.checked).map((box) => box.value),
      note: this.part("judge-note").value,
    };
  }

  file() {
    const input = this.part("rescan-file");
    input.value = "";
    return new Promise((resolve) => {
      input.onchange = () => resolve(input.files[0] || null);
      input.oncancel = () => resolve(null);
      input.click();
    });
  }

  enlarge(id, state, turn) {
    if (!id) return;
    this.turn = turn;
    this._showLarge(id);
    const dialog = this.part("large");
    if (!dialog.open) dialog.showModal();
  }

  _showLarge(id) {
    const page = this.tiles.page(id);
    if (!page) return;
    const order = this.tiles.order;
    this.large = id;
    const frame = this.root.querySelector(".table__image");
    frame.dataset.turn = page.t;
    frame.style.setProperty("--turn", page.t);
    const url = `${this.start.imageUrl.replace("PAGE", id)}?capture=${page.v}`;
    const image = this.part("large-image");
    if (image.getAttribute("src") !== url) image.src = url;
    const title = this.tiles.node(id).parentElement.getAttribute("aria-label");
    const values = { number: order.indexOf(id) + 1, total: order.length, item: title };
    this.part("large-title").textContent = say(this.words.enlarged, values);
    image.alt = this.part("large-title").textContent;
    this.part("large-findings").textContent = page.f.map((finding) => finding[1]).join(" ");
    this.part("large-open").href = this.start.pageUrl.replace("PAGE", id);
  }

  _large() {
    const dialog = this.part("large");
    const go = (by) => {
      const order = this.tiles.order;
      const next = order[order.indexOf(this.large) + by];
      if (next) this._showLarge(next);
    };
    const turn = async (degrees) => {
      const id = this.large;
      if (await this.turn(degrees, [id])) this._showLarge(id);
    };
    const deeds = {
      close: () => dialog.close(),
      previous: () => go(-1),
      next: () => go(1),
      left: () => turn(270),
      right: () => turn(90),
    };
    dialog.addEventListener("click", (event) => {
      const button = event.target.closest("[data-large-act]");
      if (button) deeds[button.dataset.largeAct]();
    });
    dialog.addEventListener("keydown", (event) => {
      const deed = { ArrowLeft: "previous", ArrowRight: "next", l: "left", r: "right", Enter: "close" }[event.key];
      if (!deed || event.target.closest("a")) return;
      event.preventDefault();
      deeds[deed]();
    });
    dialog.addEventListener("close", () => {
      const node = this.tiles.node(this.large);
      if (node) node.focus();
    });
    this.part("large-image").addEventListener("error", () => {
      this.part("large-findings").textContent = this.words.loadFailed;
    });
  }
}
