/* Drag and drop of the chosen pages, with a line where they will lie and scrolling at the edges. */

const EDGE = 90; // pixels from the edge of the window where it begins to scroll
const FASTEST = 28; // pixels a frame

/* What scrolls when the table is longer than the window: an element of the shell, or the window itself. */
function scrollerOf(place) {
  for (let node = place.parentElement; node && node !== document.body; node = node.parentElement) {
    if (/auto|scroll/.test(getComputedStyle(node).overflowY) && node.scrollHeight > node.clientHeight) return node;
  }
  return window;
}

export function letDrag(place, selection, move) {
  let scroller = window;
  let dragged = [];
  let target = null; // { into, before, node, after }
  let pace = 0;
  let frame = 0;

  function scroll() {
    if (!pace) {
      frame = 0;
      return;
    }
    scroller.scrollBy({ top: pace, behavior: "instant" });
    frame = requestAnimationFrame(scroll);
  }

  function clear() {
    for (const node of place.querySelectorAll(".is-before, .is-after, .is-target")) {
      node.classList.remove("is-before", "is-after", "is-target");
    }
    target = null;
  }

  function aim(event) {
    const tile = event.target.closest(".tile");
    const section = event.target.closest("[data-item]");
    clear();
    if (!section) return;
    const into = section.dataset.item;
    if (!tile) {
      const head = event.target.closest(".table__head");
      const first = section.querySelector(".tile");
      target = { into, before: head && first ? first.dataset.id : "" };
      section.querySelector(".table__head").classList.add("is-target");
      return;
    }
    const box = tile.getBoundingClientRect();
    const after = event.clientX > box.left + box.width / 2;
    const next = tile.nextElementSibling;
    target = { into, before: after ? (next ? next.dataset.id : "") : tile.dataset.id };
    tile.classList.add(after ? "is-after" : "is-before");
  }

  place.addEventListener("dragstart", (event) => {
    const tile = event.target.closest(".tile");
    if (!tile) return;
    if (!selection.chosen.has(tile.dataset.id)) selection.only(tile.dataset.id);
    dragged = selection.inOrder();
    scroller = scrollerOf(place);
    event.dataTransfer.effectAllowed = "move";
    event.dataTransfer.setData("text/plain", String(dragged.length));
    for (const id of dragged) selection.tiles.node(id).classList.add("is-dragged");
  });

  document.addEventListener("dragover", (event) => {
    if (!dragged.length) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "move";
    const below = window.innerHeight - event.clientY;
    const near = event.clientY < EDGE ? event.clientY - EDGE : below < EDGE ? EDGE - below : 0;
    pace = Math.round((near / EDGE) * FASTEST);
    if (pace && !frame) frame = requestAnimationFrame(scroll);
    aim(event);
  });

  document.addEventListener("drop", (event) => {
    if (!dragged.length) return;
    event.preventDefault();
    const where = target;
    const ids = dragged;
    // Dropped on one of themselves, they go before the first page behind it that stays.
    if (where && ids.includes(where.before)) {
      const order = selection.tiles.order;
      const chosen = new Set(ids);
      let at = order.indexOf(where.before);
      while (at < order.length && chosen.has(order[at])) at += 1;
      const next = order[at];
      where.before = next && selection.tiles.itemOf(next) === where.into ? next : "";
    }
    end();
    if (where) move(where.into, where.before, ids);
  });

  function end() {
    pace = 0;
    for (const id of dragged) {
      const node = selection.tiles.node(id);
      if (node) node.classList.remove("is-dragged");
    }
    dragged = [];
    clear();
  }
  place.addEventListener("dragend", end);
}
