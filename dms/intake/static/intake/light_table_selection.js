/* Which pages are chosen, and where the keyboard stands: click, Shift, Ctrl, touch, arrows. */

export class Selection {
  constructor(tiles, changed) {
    this.tiles = tiles;
    this.changed = changed;
    this.chosen = new Set();
    this.anchor = "";
    this.focused = "";
    tiles.place.addEventListener("click", (event) => this._click(event));
    tiles.place.addEventListener("focusin", (event) => {
      const tile = event.target.closest(".tile");
      if (tile) this._stand(tile.dataset.id);
    });
  }

  get ids() {
    return Array.from(this.chosen);
  }

  inOrder() {
    return this.tiles.order.filter((id) => this.chosen.has(id));
  }

  keepOnly(order) {
    const present = new Set(order);
    this._set(this.ids.filter((id) => present.has(id)));
    if (!present.has(this.anchor)) this.anchor = "";
    if (!present.has(this.focused)) this.focused = "";
  }

  all() {
    this._set(this.tiles.order);
  }

  clear() {
    this._set([]);
  }

  only(id) {
    this.anchor = id;
    this._set([id]);
  }

  _set(ids) {
    const next = new Set(ids);
    for (const id of this.chosen) if (!next.has(id)) this._mark(id, false);
    for (const id of next) if (!this.chosen.has(id)) this._mark(id, true);
    this.chosen = next;
    this.changed();
  }

  _mark(id, on) {
    const node = this.tiles.node(id);
    if (node) node.setAttribute("aria-selected", String(on));
  }

  _toggle(id) {
    this.anchor = id;
    this._set(this.chosen.has(id) ? this.ids.filter((other) => other !== id) : [...this.ids, id]);
  }

  _upTo(id, keep) {
    const order = this.tiles.order;
    const from = order.indexOf(this.anchor || id);
    const to = order.indexOf(id);
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
    this._set(keep ? [...this.ids, ...range] : range);
  }

  _click(event) {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    const id = tile.dataset.id;
    tile.focus({ preventScroll: true });
    if (event.shiftKey) this._upTo(id, event.ctrlKey || event.metaKey);
    else if (event.ctrlKey || event.metaKey || event.pointerType === "touch") this._toggle(id);
    else this.only(id);
  }

  _stand(id) {
    const before = this.tiles.node(this.focused) || this.tiles.place.querySelector(".tile[tabindex='0']");
    if (before) before.tabIndex = -1;
    this.focused = id;
    this.tiles.node(id).tabIndex = 0;
  }

  /* Return whether the key was one of ours. */
  key(event) {
    if (event.altKey) return false;
    const id = event.target.closest(".tile").dataset.id;
    if (event.key === " ") {
      this._toggle(id);
      return true;
    }
    const next = this._next(id, event.key);
    if (!next) return false;
    const node = this.tiles.node(next);
    node.focus({ preventScroll: true });
    node.scrollIntoView({ block: "nearest" });
    if (event.shiftKey) this._upTo(next, false);
    else if (!event.ctrlKey && !event.metaKey) this.only(next);
    return true;
  }

  _next(id, key) {
    const order = this.tiles.order;
    const at = order.indexOf(id);
    const steps = { ArrowLeft: () => order[Math.max(0, at - 1)], ArrowRight: () => order[Math.min(order.length - 1, at + 1)],
      ArrowUp: () => this._above(id), ArrowDown: () => this._below(id) };
    if (key === "Home") return order[0];
    if (key === "End") return order[order.length - 1];
    return steps[key] ? steps[key]() : "";
  }

  _below(id) {
    const here = this._box(id);
    const under = this._placed().filter(({ box }) => box.top >= here.bottom - 4);
    const edge = Math.min(...under.map(({ box }) => box.top));
    return this._nearest(here, under.filter(({ box }) => box.top < edge + here.height / 2)) || this.tiles.order.at(-1);
  }

  _above(id) {
    const here = this._box(id);
    const over = this._placed().filter(({ box }) => box.bottom <= here.top + 4);
    const edge = Math.max(...over.map(({ box }) => box.bottom));
    return this._nearest(here, over.filter(({ box }) => box.bottom > edge - here.height / 2)) || this.tiles.order[0];
  }

  /* As the eye sees it: short items lie beside each other, so the row above or below may be of another item. */
  _nearest(here, row) {
    const far = ({ box }) => Math.abs(box.left - here.left);
    return row.reduce((best, one) => (!best || far(one) < far(best) ? one : best), null)?.id;
  }

  _placed() {
    return this.tiles.order.map((id) => ({ id, box: this._box(id) }));
  }

  _box(id) {
    return this.tiles.node(id).getBoundingClientRect();
  }
}
