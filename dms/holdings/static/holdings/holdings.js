/* Small helps on the screens of the holdings. Everything works without them, only slower. */
(() => {
  "use strict";

  // Ctrl+Enter sends the form one is in.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    const form = event.target.closest("form[data-sends]");
    if (form) {
      event.preventDefault();
      form.requestSubmit(form.querySelector(".sheet__foot button"));
    }
  });

  // What was typed is not left behind unasked; a form is sent once.
  for (const form of document.querySelectorAll("form[data-sends]")) {
    let changed = false;
    let sent = false;
    form.addEventListener("input", () => { changed = true; });
    form.addEventListener("submit", (event) => {
      if (sent) event.preventDefault();
      sent = true;
    });
    window.addEventListener("beforeunload", (event) => {
      if (changed && !sent) event.preventDefault();
    });
    window.addEventListener("pageshow", () => { sent = false; });
  }

  // A filter that is chosen counts at once; empty ones stay out of the address.
  for (const form of document.querySelectorAll("form[data-filters]")) {
    form.addEventListener("change", (event) => {
      if (event.target.tagName === "SELECT") form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      for (const field of form.elements) if (field.name && !field.value) field.disabled = true;
    });
    window.addEventListener("pageshow", () => {
      for (const field of form.elements) field.disabled = false;
    });
  }

  // Filters in force stay open where there is room; on a phone the words below say which they are.
  for (const more of document.querySelectorAll("[data-open-where-wide]")) {
    more.open = window.matchMedia("(min-width: 800px)").matches;
  }

  // Selecting: all on the page, or from one to another with shift.
  for (const form of document.querySelectorAll("form[data-selection]")) {
    const boxes = [...form.querySelectorAll("input[name=dossier]")];
    const all = form.querySelector("[data-selection-all]");
    const bar = form.querySelector("[data-selection-bar]");
    if (!all || !bar) continue;
    let last = null;
    const show = () => {
      const count = boxes.filter((box) => box.checked).length;
      bar.hidden = count === 0;
      bar.querySelector("[data-selection-count]").textContent = count;
      all.checked = count === boxes.length;
      all.indeterminate = count > 0 && count < boxes.length;
    };
    boxes.forEach((box, index) => box.addEventListener("click", (event) => {
      if (event.shiftKey && last !== null) {
        const [from, to] = [Math.min(last, index), Math.max(last, index)];
        for (const between of boxes.slice(from, to + 1)) between.checked = box.checked;
      }
      last = index;
      show();
    }));
    all.addEventListener("change", () => { for (const box of boxes) box.checked = all.checked; show(); });
    form.querySelector("[data-selection-none]").addEventListener("click", () => {
      for (const box of boxes) box.checked = false;
      show();
    });
    window.addEventListener("pageshow", show);
    show();
  }

  // A personal value is shown for half a minute, then masked again.
  for (const place of document.querySelectorAll("[data-personal]")) {
    const form = place.querySelector("form");
    const value = place.querySelector("[data-personal-value]");
    if (!form) continue;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { "X-Requested-With": "XMLHttpRequest" },
      });
      const given = await answer.json();
      if (!answer.ok) { value.textContent = given.title; return; }
      const masked = value.textContent;
      value.textContent = given.value;
      form.hidden = true;
      setTimeout(() => { value.textContent = masked; form.hidden = false; }, 30000);
    });
  }

  // Another row in a form of rows.
  // What number a pattern makes, shown beneath it while somebody types: the same tokens as dms.core.numbering.
  for (const field of document.querySelectorAll("[data-pattern]")) {
    const sample = JSON.parse(field.dataset.pattern);
    const shown = document.createElement("output");
    shown.className = "pattern-sample code";
    shown.htmlFor = field.id;
    field.after(shown);
    const show = () => {
      shown.textContent = field.value.replace(/\{([a-z]+)(?::(\d{1,2}))?\}/g, (whole, name, width) =>
        name in sample ? sample[name].padStart(Number(width || 0), "0") : whole,
      );
    };
    field.addEventListener("input", show);
    show();
  }

  for (const rows of document.querySelectorAll("[data-rows]")) {
    const total = rows.querySelector(`input[name=${rows.dataset.rows}-TOTAL_FORMS]`);
    rows.querySelector("[data-rows-add]").addEventListener("click", () => {
      const made = document.createElement("div");
      made.innerHTML = rows.querySelector("[data-rows-empty]").innerHTML.replaceAll("__prefix__", total.value);
      const row = made.firstElementChild;
      rows.querySelector("[data-rows-list]").append(row);
      total.value = Number(total.value) + 1;
      row.querySelector("input:not([type=hidden])").focus();
    });
  }

  // A menu that is open closes when one clicks elsewhere or presses Escape.
  const menus = document.querySelectorAll("details.jumps__menu");
  document.addEventListener("click", (event) => {
    for (const menu of menus) if (!menu.contains(event.target)) menu.open = false;
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") for (const menu of menus) menu.open = false;
  });
})();
