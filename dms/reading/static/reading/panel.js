/* The tabs beside the image, as the ARIA pattern has them; the list of readers is asked for when its tab is opened. */

export function startTabs(panel, { readersAddress }) {
  const tabs = [...panel.querySelectorAll("[role=tab]")];

  const open = (chosen) => {
    for (const tab of tabs) {
      const selected = tab === chosen;
      tab.setAttribute("aria-selected", String(selected));
      tab.tabIndex = selected ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !selected;
    }
    if (chosen.id === "tab-readers") loadReaders();
  };

  const loadReaders = async () => {
    const response = await fetch(readersAddress, { headers: { Accept: "text/html" } });
    if (response.ok) document.getElementById("reader-readers").innerHTML = await response.text();
  };

  panel.addEventListener("click", (event) => {
    const tab = event.target.closest?.("[role=tab]");
    if (tab) open(tab);
  });
  panel.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step || event.target.getAttribute("role") !== "tab") return;
    event.preventDefault();
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    next.focus();
    open(next);
  });
}
