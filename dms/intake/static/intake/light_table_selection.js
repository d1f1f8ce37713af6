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
    const across = () => {
      const list = this.tiles.node(id).parentElement;
      return Math.max(1, getComputedStyle(list).gridTemplateColumns.split(" ").length);
    };
    const steps = { ArrowLeft: () => -1, ArrowRight: () => 1, ArrowUp: () => -across(), ArrowDown: across };
    if (key === "Home") return order[0];
    if (key === "End") return order[order.length - 1];
    if (!steps[key]) return "";
    return order[Math.min(order.length - 1, Math.max(0, at + steps[key]()))];
  }
}
