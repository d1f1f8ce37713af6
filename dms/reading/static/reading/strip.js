/* The strip of thumbnails: the way to the other pages of the item, with a mark where there are hits. */

export class Strip {
  constructor(nav, words) {
    this.nav = nav;
    this.words = words;
    this.links = [...nav.querySelectorAll("[data-page]")];
  }

  linkOf(id) {
    return this.links.find((link) => link.dataset.page === id);
  }

  /* The link `steps` away from a page, kept within the item. */
  beside(id, steps) {
    const at = this.links.indexOf(this.linkOf(id));
    return this.links[Math.min(Math.max(at + steps, 0), this.links.length - 1)];
  }

  at(position) {
    return this.links.find((link) => Number(link.dataset.position) === position);
  }

  mark(id) {
    for (const link of this.links) {
      if (link.dataset.page === id) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    this.bringIntoView(this.linkOf(id));
  }

  /* Scrolls the strip alone, never the screen. */
  bringIntoView(link) {
    if (!link) return;
    const [box, view] = [link.getBoundingClientRect(), this.nav.getBoundingClientRect()];
    if (box.top < view.top || box.bottom > view.bottom) this.nav.scrollTop += box.top - view.top - view.height / 3;
    if (box.left < view.left || box.right > view.right) this.nav.scrollLeft += box.left - view.left - view.width / 3;
  }

  showHits(hits) {
    for (const link of this.links) {
      const count = hits.countOn(link.dataset.page);
      const badge = link.querySelector(".reader__badge");
      badge.hidden = !count;
      badge.textContent = count || "";
      badge.title = count ? this.words.badge.replace("%(count)s", count) : "";
      if (count) badge.setAttribute("aria-label", badge.title);
    }
  }
}
