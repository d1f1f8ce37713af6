/* The list under the dossier field: a combobox by the keyboard pattern of ARIA; sections follow the chosen dossier. */
(function () {
  "use strict";

  const form = document.querySelector(".new-batch");
  const input = document.getElementById("id_number");
  const list = document.getElementById("choices");
  const section = document.getElementById("id_section");
  let choices = [];
  let active = -1;
  let asked = 0;
  let timer = 0;

  async function look() {
    const mine = ++asked;
    const response = await fetch(`${form.dataset.choices}?q=${encodeURIComponent(input.value)}`, {
      headers: { "X-Requested-With": "XMLHttpRequest", Accept: "application/json" },
      credentials: "same-origin",
    }).catch(() => null);
    if (!response || !response.ok || mine !== asked) return;
    choices = (await response.json()).dossiers;
    draw();
  }

  function draw() {
    active = -1;
    list.replaceChildren(
      ...choices.map((choice, index) => {
        const option = document.createElement("li");
        option.id = `choice-${index}`;
        option.setAttribute("role", "option");
        option.setAttribute("aria-selected", "false");
        for (const [className, text] of [
          ["code", choice.number],
          ["choice__name", choice.name],
          ["choice__more", `${choice.kind} · ${choice.department}`],
        ]) {
          const part = document.createElement("span");
          part.className = className;
          part.textContent = text;
          option.append(part, " ");
        }
        option.addEventListener("mousedown", (event) => {
          event.preventDefault();
          choose(index);
        });
        return option;
      }),
    );
    open(choices.length > 0 && document.activeElement === input);
  }

  function open(yes) {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    if (!yes) input.removeAttribute("aria-activedescendant");
  }

  function mark(index) {
    active = (index + choices.length) % choices.length;
    Array.from(list.children).forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === active));
      if (place === active) option.scrollIntoView({ block: "nearest" });
    });
    input.setAttribute("aria-activedescendant", `choice-${active}`);
  }

  function choose(index) {
    const choice = choices[index];
    input.value = `${choice.number} ${choice.name}`;
    open(false);
    if (!section) return;
    const first = section.options[0];
    section.replaceChildren(first, ...choice.sections.map((each) => new Option(each.name, each.code)));
    section.value = "";
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    // What was found for other letters must not be chosen by a quick arrow and Enter.
    asked += 1;
    choices = [];
    open(false);
    timer = setTimeout(look, 150);
  });
  input.addEventListener("focus", () => {
    if (!input.value) look();
  });
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden || !choices.length) look();
      else mark(active + (event.key === "ArrowDown" ? 1 : -1));
    } else if (event.key === "Enter" && !list.hidden && active >= 0) {
      event.preventDefault();
      choose(active);
    } else if (event.key === "Escape" && !list.hidden) {
      event.preventDefault();
      open(false);
    }
  });
})();
