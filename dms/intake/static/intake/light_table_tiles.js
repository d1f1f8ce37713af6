/* Draws items and pages. Nodes are kept by the page's id, so that nothing is loaded twice and little is moved. */

export function say(text, values = {}) {
  return Object.entries(values).reduce((made, [name, value]) => made.replace(`%(${name})s`, value), text);
}

const FRAME = 1.34; // height of a tile's frame for a width of 1

function make(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

/* Width and height of the picture before it is turned, so that it fills a frame of 1 by 1.34 after it. */
// Items of so many pages lie beside each other.
const FEW = 3;

function fitted(page) {
  const lies = page.t % 180 !== 0;
  const ratio = lies ? page.h / page.w : page.w / page.h;
  const wide = Math.min(1, FRAME * ratio);
  const size = [wide, wide / ratio];
  return (lies ? size.reverse() : size).map((side) => side.toFixed(3));
}

/* Return the longest row of places that only rises: what stands there may stay where it is. */
function rising(places) {
  const ends = []; // ends[n]: where the best row of n + 1 places ends
  const before = places.map(() => -1);
  places.forEach((place, at) => {
    if (place < 0) return;
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (places[ends[middle]] < place) low = middle + 1;
      else high = middle;
    }
    before[at] = low ? ends[low - 1] : -1;
    ends[low] = at;
  });
  const row = new Set();
  for (let at = ends.length ? ends[ends.length - 1] : -1; at >= 0; at = before[at]) row.add(at);
  return row;
}

/* Give `list` these nodes in this order, and move none that needs not be moved. What goes elsewhere is fetched there. */
function arrange(list, nodes) {
  const stood = new Map(Array.from(list.children, (node, place) => [node, place]));
  const stays = rising(nodes.map((node) => (stood.has(node) ? stood.get(node) : -1)));
  for (let at = nodes.length - 1; at >= 0; at -= 1) {
    if (!stays.has(at)) list.insertBefore(nodes[at], nodes[at + 1] || null);
  }
}

export class Tiles {
  constructor(place, start, merge) {
    this.place = place;
    this.start = start;
    this.words = start.words;
    this.merge = merge;
    this.nodes = new Map(); // page → its tile
    this.groups = new Map(); // item → its section
    this.pages = new Map(); // page → what the server told
    this.looks = new Map(); // page → what its tile shows
    this.order = [];
  }

  page(id) {
    return this.pages.get(id);
  }

  node(id) {
    return this.nodes.get(id);
  }

  itemOf(id) {
    const section = this.nodes.get(id).closest("[data-item]");
    return section ? section.dataset.item : "";
  }

  draw(state) {
    this.order = [];
    const items = new Set(state.items.map((item) => item.id));
    for (const [id, group] of this.groups) {
      if (!items.has(id)) {
        group.section.remove();
        this.groups.delete(id);
      }
    }
    let at = this.place.querySelector("section");
    state.items.forEach((item, place) => {
      const group = this._group(item);
      if (group.section !== at) this.place.insertBefore(group.section, at);
      else at = at.nextElementSibling;
      this._head(group, item, place);
      this._fill(group.list, item);
    });
    const present = new Set(this.order);
    for (const [id, node] of this.nodes) {
      if (!present.has(id)) {
        node.remove();
        this.nodes.delete(id);
        this.pages.delete(id);
        this.looks.delete(id);
      }
    }
    this._nothing(!state.items.length);
    if (!this.place.querySelector(".tile[tabindex='0']") && this.order.length) this.node(this.order[0]).tabIndex = 0;
  }

  _nothing(empty) {
    if (!empty && this.none) this.none.remove();
    if (empty && !(this.none && this.none.isConnected)) {
      this.none = this.place.appendChild(make("p", "files__none", this.words.nothing));
    }
  }

  _group(item) {
    let group = this.groups.get(item.id);
    if (group) return group;
    const section = make("section", "table__item");
    section.dataset.item = item.id;
    const head = section.appendChild(make("header", "table__head"));
    const title = head.appendChild(make("h2")).appendChild(make("a"));
    const meta = head.appendChild(make("span", "table__meta"));
    const acts = head.appendChild(make("span", "table__item-acts"));
    const merge = acts.appendChild(make("button", "", this.words.merge));
    merge.type = "button";
    merge.addEventListener("click", () => this.merge(item.id));
    const list = section.appendChild(make("ul", "sheets-on-table"));
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-multiselectable", "true");
    list.setAttribute("aria-orientation", "horizontal");
    group = { section, title, meta, merge, list };
    this.groups.set(item.id, group);
    return group;
  }

  _head(group, item, place) {
    const look = JSON.stringify([item.title, item.url, item.number, item.section, item.pages.length, item.filed, item.state, !place]);
    if (group.look === look) return;
    group.look = look;
    group.title.textContent = item.title;
    if (item.url) group.title.href = item.url;
    const count = item.pages.length === 1 ? this.words.onePage : say(this.words.pagesOf, { count: item.pages.length });
    group.meta.textContent = [item.number, item.section, count, item.filed ? item.state : ""].filter(Boolean).join(" · ");
    group.section.classList.toggle("table__item--few", item.pages.length <= FEW);
    group.section.style.setProperty("--pages", item.pages.length);
    group.merge.hidden = place === 0 || item.filed;
    group.list.setAttribute("aria-label", item.title);
  }

  _fill(list, item) {
    for (const page of item.pages) this.order.push(page.id);
    arrange(list, item.pages.map((page, place) => this._tile(page, place + 1, item)));
  }

  _tile(page, number, item) {
    let node = this.nodes.get(page.id);
    if (!node) {
      node = make("li", "tile");
      node.dataset.id = page.id;
      node.tabIndex = -1;
      node.setAttribute("role", "option");
      node.setAttribute("aria-selected", "false");
      const image = node.appendChild(make("span", "tile__frame")).appendChild(make("img"));
      image.loading = "lazy";
      image.decoding = "async";
      image.alt = "";
      image.draggable = false;
      const foot = node.appendChild(make("span", "tile__foot"));
      foot.append(make("span", "tile__number"), make("span", "tile__state"));
      this.nodes.set(page.id, node);
    }
    const before = this.pages.get(page.id);
    this.pages.set(page.id, page);
    // What looks as it did is not touched: of 500 tiles an act changes a few.
    const look = JSON.stringify([page, number, item.filed]);
    if (this.looks.get(page.id) !== look) this._show(node, page, number, item, before);
    this.looks.set(page.id, look);
    return node;
  }

  _show(node, page, number, item, before) {
    const image = node.querySelector("img");
    if (!before || before.v !== page.v) image.src = `${this.start.thumbUrl.replace("PAGE", page.id)}?capture=${page.v}`;
    node.draggable = !item.filed;
    node.dataset.state = page.s;
    node.dataset.turn = page.t;
    node.style.setProperty("--turn", page.t);
    const [wide, high] = fitted(page);
    node.style.setProperty("--wide", wide);
    node.style.setProperty("--high", high);
    node.querySelector(".tile__number").textContent = number;
    const [tone, short, long] = this._stateOf(page);
    const state = node.querySelector(".tile__state");
    state.className = `tile__state${tone ? ` tile__state--${tone}` : ""}`;
    state.textContent = short;
    node.title = long;
    node.setAttribute("aria-label", [say(this.words.page, { number }), long || short].filter(Boolean).join(". "));
  }

  _stateOf(page) {
    const told = page.f.map((finding) => finding[1]).join(" ");
    if (page.k === "rescan") return ["rescan", this.words.rescan, [this.words.rescan, ...page.why].join(" · ")];
    const worst = page.f.find((finding) => !finding[2]);
    if (page.k === "good") return ["good", "✓", [this.words.good, told].filter(Boolean).join(". ")];
    if (worst) return ["finding", worst[0], told];
    if (page.s === "blank" || page.s === "waiting") return ["", this.words[page.s], told || this.words[page.s]];
    return ["", page.f.length ? page.f[0][0] : "", told];
  }
}
