/* Keys of the results page: j and k walk the hits, Enter opens, / goes to the box. Without it every link still works. */
(() => {
  "use strict";
  const box = document.querySelector("[data-search-words]");
  const hits = [...document.querySelectorAll("[data-search-hit]")];
  const facets = document.querySelector("[data-search-facets]");
  if (facets && window.matchMedia("(max-width: 799px)").matches) {
    facets.open = facets.querySelector("[aria-current]") !== null;
  }

  const here = () => hits.findIndex((hit) => hit.contains(document.activeElement));
  const goTo = (number) => {
    const hit = hits[Math.max(0, Math.min(hits.length - 1, number))];
    if (!hit) return;
    (hit.querySelector("[data-search-link]") || hit).focus({ preventScroll: true });
    hit.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target.closest("input, textarea, select, [contenteditable]")) {
      if (event.key === "Escape" && event.target === box) box.blur();
      return;
    }
    const act = {
      "/": () => { box.focus(); box.select(); },
      j: () => goTo(here() + 1),
      k: () => goTo(here() - 1),
    }[event.key];
    if (act) {
      event.preventDefault();
      act();
    }
  });
})();
