/* The text beside the image: one line can be selected, by mouse or keys, and its box lights up. */

export class TextLines {
  constructor(container, { onSelect }) {
    this.container = container;
    this.onSelect = onSelect;
    this.selected = null;
    container.addEventListener("click", (event) => {
      const line = event.target.closest?.("[data-line]");
      // Who marks text with the mouse to copy it does not choose a line.
      if (line && window.getSelection().isCollapsed) this.select(Number(line.dataset.line));
    });
    container.addEventListener("keydown", (event) => this.onKey(event));
  }

  get lines() {
    return [...this.container.querySelectorAll("[data-line]")];
  }

  select(number, { reveal = true } = {}) {
    this.selected = number;
    const list = this.container.querySelector("[role=listbox]");
    for (const line of this.lines) {
      const chosen = Number(line.dataset.line) === number;
      line.setAttribute("aria-selected", String(chosen));
      if (chosen) {
        list?.setAttribute("aria-activedescendant", line.id);
        this.bringIntoView(line);
      }
    }
    if (number === null) list?.removeAttribute("aria-activedescendant");
    this.onSelect(number, reveal);
  }

  bringIntoView(line) {
    const frame = this.container;
    if (frame.scrollHeight <= frame.clientHeight) return;
    const [box, view] = [line.getBoundingClientRect(), frame.getBoundingClientRect()];
    if (box.top < view.top || box.bottom > view.bottom) frame.scrollTop += box.top - view.top - frame.clientHeight / 3;
  }

  onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (event.key === "Escape" && this.selected !== null) this.select(null);
    if (!step || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    const numbers = this.lines.map((line) => Number(line.dataset.line));
    const at = numbers.indexOf(this.selected);
    const next = at < 0 ? numbers[step > 0 ? 0 : numbers.length - 1] : numbers[at + step];
    if (next !== undefined) this.select(next);
  }
}
