/* Under the search box: dossiers and entries whose number begins with what is typed. Without it the search still works. */
(() => {
  "use strict";
  const PAUSE = 160;
  const box = document.querySelector("[data-search-words]");
  const list = document.querySelector("[data-search-offers]");
  if (!box || !list) return;

  let timer = 0;
  let asking = null;
  let chosen = -1;

  const options = () => [...list.querySelectorAll("[role=option]")];

  const close = () => {
    list.hidden = true;
    chosen = -1;
    box.setAttribute("aria-expanded", "false");
    box.removeAttribute("aria-activedescendant");
  };

  const choose = (number) => {
    const all = options();
    if (!all.length) return;
    chosen = (number + all.length) % all.length;
    all.forEach((option, place) => option.setAttribute("aria-selected", String(place === chosen)));
    box.setAttribute("aria-activedescendant", all[chosen].id);
  };

  const optionOf = (offer, place) => {
    const option = document.createElement("li");
    option.id = `search-offer-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.url = offer.url;
    const number = document.createElement("span");
    number.className = "code";
    number.textContent = offer.number;
    option.append(number, ` ${offer.name}`);
    return option;
  };

  const show = (offers) => {
    list.replaceChildren(...offers.map(optionOf));
    chosen = -1;
    list.hidden = !offers.length;
    box.setAttribute("aria-expanded", String(Boolean(offers.length)));
    box.removeAttribute("aria-activedescendant");
  };

  const ask = async () => {
    asking?.abort();
    const words = box.value.trim();
    if (words.length < 2) return close();
    asking = new AbortController();
    try {
      const address = `${list.dataset.searchOffers}?q=${encodeURIComponent(words)}`;
      const answer = await fetch(address, { headers: { Accept: "application/json" }, signal: asking.signal });
      if (answer.ok && document.activeElement === box) show((await answer.json()).offers);
    } catch (error) {
      if (error.name !== "AbortError") close();
    }
    return undefined;
  };

  box.addEventListener("input", (event) => {
    clearTimeout(timer);
    if (!event.isComposing) timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("compositionend", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  box.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      choose(chosen < 0 && event.key === "ArrowUp" ? -1 : chosen + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && chosen >= 0) {
      event.preventDefault();
      window.location.assign(options()[chosen].dataset.url);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close();
    }
  });
  list.addEventListener("mousedown", (event) => {
    const option = event.target.closest("[role=option]");
    if (!option) return;
    event.preventDefault();
    window.location.assign(option.dataset.url);
  });
  box.addEventListener("blur", close);
})();
