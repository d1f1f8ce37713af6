/* The check sheet: one page large after the other; a verdict by key or button goes to the server at once. */
(function () {
  "use strict";

  const start = JSON.parse(document.getElementById("check-start").textContent);
  const root = document.getElementById("check");
  const words = start.words;
  const part = (name) => root.querySelector(`[data-${name}]`);
  const csrf = root.querySelector("[name=csrfmiddlewaretoken]").value;
  const TONES = { "": "waiting", good: "good", rescan: "failed", mended: "good" };
  let lines = start.lines;
  let counted = start.counted;
  let at = Math.max(0, lines.findIndex((line) => !line.verdict));
  let busy = false;

  const say = (text, values) =>
    Object.entries(values).reduce((made, [name, value]) => made.replace(`%(${name})s`, value), text);

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function drawStrip() {
    part("strip").replaceChildren(
      ...lines.map((line, number) => {
        const item = make("li");
        const button = item.appendChild(make("button"));
        button.type = "button";
        const frame = button.appendChild(make("span", "check__thumb"));
        const image = frame.appendChild(make("img"));
        image.loading = "lazy";
        image.alt = "";
        image.style.setProperty("--turn", line.t);
        image.src = `${start.thumbUrl.replace("PAGE", line.id)}?capture=${line.v}`;
        const label = verdictOf(line);
        button.append(make("span", `state state--${TONES[line.verdict]}`, label));
        button.setAttribute("aria-label", `${line.item}, ${say(words.page, { number: line.n })}: ${label}`);
        button.addEventListener("click", () => show(number));
        return item;
      })
    );
  }

  const verdictOf = (line) => words[line.verdict || "open"];

  function drawCounts() {
    part("counts").textContent = counted.open ? say(words.counts, counted) : `${words.allSeen} ${say(words.counts, counted)}`;
    part("rescan-count").textContent = counted.rescan;
  }

  function show(number) {
    at = Math.min(lines.length - 1, Math.max(0, number));
    const line = lines[at];
    part("title").textContent = `${say(words.place, { number: at + 1, total: lines.length })} · ${line.item} · ${say(words.page, { number: line.n })}`;
    part("open").href = start.pageUrl.replace("PAGE", line.id);
    const image = part("image");
    const url = `${start.imageUrl.replace("PAGE", line.id)}?capture=${line.v}`;
    if (image.getAttribute("src") !== url) image.src = url;
    image.alt = part("title").textContent;
    image.parentElement.dataset.turn = line.t;
    image.parentElement.style.setProperty("--turn", line.t);
    const state = part("verdict");
    state.className = `state state--${TONES[line.verdict]}`;
    state.textContent = [verdictOf(line), line.by].filter(Boolean).join(" · ");
    const told = line.findings.map(([, long, note]) => make("li", note ? "" : "is-weighty", long));
    part("findings").replaceChildren(make("li", "", line.drawn), ...(told.length ? told : [make("li", "", words.noFinding)]));
    for (const box of boxes()) box.checked = line.verdict === "rescan" && line.reasons.includes(box.value);
    if (part("note")) part("note").value = line.note;
    part("strip").querySelectorAll("button").forEach((button, place) => {
      button.setAttribute("aria-current", String(place === at));
      if (place === at) button.scrollIntoView({ block: "nearest", inline: "nearest" });
    });
  }

  const boxes = () => (part("reasons") ? Array.from(part("reasons").querySelectorAll("input")) : []);

  function trouble(text) {
    part("trouble").textContent = text;
    part("trouble").hidden = !text;
  }

  async function judge(verdict) {
    const line = lines[at];
    const reasons = boxes().filter((box) => box.checked).map((box) => box.value);
    if (busy || !start.open) return;
    if (verdict === "rescan" && !reasons.length) return trouble(words.needsReason);
    busy = true;
    const body = { pages: [line.id], versions: { [line.id]: line.v }, verdict, reasons, note: part("note").value };
    try {
      const answer = await fetch(start.judgeUrl, {
        method: "POST",
        headers: { "X-CSRFToken": csrf, "X-Requested-With": "XMLHttpRequest", Accept: "application/json", "Content-Type": "application/json" },
        body: JSON.stringify(body),
      });
      const data = await answer.json().catch(() => ({}));
      if (!answer.ok) return trouble([data.title, data.detail].filter(Boolean).join(" ") || words.offline);
      trouble("");
      lines = data.lines;
      counted = data.counted;
      drawStrip();
      drawCounts();
      const here = lines.findIndex((other) => other.id === line.id);
      const next = lines.findIndex((other, place) => place > here && !other.verdict);
      const first = lines.findIndex((other) => !other.verdict);
      show(next >= 0 ? next : first >= 0 ? first : here);
    } catch {
      trouble(words.offline);
    } finally {
      busy = false;
    }
  }

  if (part("reasons")) {
    start.reasons.forEach(([value, name], number) => {
      const label = make("label");
      const box = Object.assign(make("input"), { type: "checkbox", value });
      label.append(box, make("kbd", "", String(number + 1)), make("span", "", name));
      part("reasons").append(label);
    });
    part("good").addEventListener("click", () => judge("good"));
    part("rescan").addEventListener("click", () => judge("rescan"));
  }
  part("image").addEventListener("error", () => trouble(words.loadFailed));

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input[type=text], input[type=number], select, textarea, summary")) return;
    const key = event.key.toLowerCase();
    if (key === "arrowleft" || key === "arrowright") show(at + (key === "arrowright" ? 1 : -1));
    else if (key === "g" && start.open) judge("good");
    else if (key === "r" && start.open) judge("rescan");
    else if (/^[1-9]$/.test(key) && boxes()[key - 1]) boxes()[key - 1].checked = !boxes()[key - 1].checked;
    else return;
    event.preventDefault();
  });

  drawStrip();
  drawCounts();
  show(at);
})();
