/* Where the query stands in the item: asked of the server in portions, kept as the number of hits on each page. */

export class Hits {
  constructor(address, { onChange }) {
    this.address = address;
    this.onChange = onChange;
    this.reset("");
  }

  reset(query) {
    this.abort?.abort();
    this.abort = new AbortController();
    this.query = query;
    this.pages = []; // {page, position, count}, by position
    this.next = query ? 0 : null; // where the next portion begins; null: everything is known
    this.pending = null;
    this.failed = false;
  }

  get complete() {
    return this.next === null;
  }

  get total() {
    return this.pages.reduce((sum, page) => sum + page.count, 0);
  }

  countOn(id) {
    return this.pages.find(({ page }) => page === id)?.count ?? 0;
  }

  /* The number, from 1, of a page's hit among all hits. */
  numberOf(position, index) {
    return this.pages.filter((page) => page.position < position).reduce((sum, page) => sum + page.count, 0) + index + 1;
  }

  async loadAll() {
    const { signal } = this.abort;
    while (!this.complete && !signal.aborted) {
      if (!(await this.loadPortion())) return;
    }
  }

  loadPortion() {
    this.pending ??= this.fetchPortion().finally(() => { this.pending = null; });
    return this.pending;
  }

  async fetchPortion() {
    const { signal } = this.abort;
    const asked = new URLSearchParams({ q: this.query, after: this.next });
    try {
      const response = await fetch(`${this.address}?${asked}`, { signal, headers: { Accept: "application/json" } });
      if (!response.ok) throw new Error(String(response.status));
      const portion = await response.json();
      this.pages.push(...portion.pages.map(({ page, position, hits }) => ({ page, position, count: hits.length })));
      this.next = portion.next;
    } catch {
      if (signal.aborted) return false;
      this.failed = true;
      this.next = null;
    }
    this.onChange();
    return true;
  }

  /* The nearest page with hits after (step 1) or before (step -1) a position, or null; waits for what is not yet known. */
  async pageBeside(position, step) {
    for (;;) {
      const beside = step > 0
        ? this.pages.find((page) => page.position > position)
        : this.pages.findLast((page) => page.position < position);
      const known = this.complete || (step > 0 ? Boolean(beside) : this.next >= position);
      if (known) return beside ?? null;
      if (!(await this.loadPortion())) return null;
    }
  }
}
