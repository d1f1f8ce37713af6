/* Draws one received file. Data come from the server or from a waiting upload; text is only ever set as text. */
(function () {
  "use strict";

  const lang = document.documentElement.lang || undefined;
  const figures = new Intl.NumberFormat(lang, { maximumFractionDigits: 0 });

  function say(template, values) {
    return template.replace(/%\((\w+)\)s/g, (_, name) => {
      const value = values[name];
      return typeof value === "number" ? figures.format(value) : String(value);
    });
  }

  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function put(node, text) {
    if (node.textContent !== text) node.textContent = text;
    node.hidden = !text;
  }

  class Row {
    constructor(words, onAct) {
      this.words = words;
      this.onAct = onAct;
      this.data = null;
      this.shown = 0;
      this.acts = "";
      this.node = make("li", "file");
      this.name = this.node.appendChild(make("div", "file__name"));
      this.title = this.name.appendChild(make("a", "file__title"));
      this.size = this.name.appendChild(make("span", "file__size"));
      this.state = this.node.appendChild(make("span", "state"));
      this.how = this.node.appendChild(make("div", "file__how"));
      this.bar = this.how.appendChild(make("div", "bar"));
      this.bar.setAttribute("role", "progressbar");
      this.bar.setAttribute("aria-valuemin", "0");
      this.bar.setAttribute("aria-valuemax", "100");
      this.made = this.bar.appendChild(make("span", "bar__made"));
      this.read = this.bar.appendChild(make("span", "bar__read"));
      this.count = this.how.appendChild(make("span", "file__count figure"));
      this.problem = this.node.appendChild(make("div", "file__problem"));
      this.what = this.problem.appendChild(make("strong"));
      this.todo = this.problem.appendChild(make("span"));
      this.other = this.problem.appendChild(make("a"));
      this.buttons = this.node.appendChild(make("div", "file__acts"));
      this.pages = this.node.appendChild(make("ol", "file__pages"));
    }

    /* A file on its way: {name, size, sent (0..1), state, problem, acts} */
    drawUpload(upload) {
      this.sort = upload.problem ? "attention" : "moving";
      this._head(upload.name, upload.size, "", upload.label, upload.problem ? "failed" : "waiting");
      this._bar(0, upload.sent, upload.sent > 0 ? `${Math.floor(upload.sent * 100)} %` : "");
      this._trouble(upload.problem, "", "", "");
      this._acts(upload.acts, upload.name);
    }

    draw(data) {
      this.data = data;
      const words = this.words;
      const total = Math.max(data.found, data.made);
      const attention = data.problem || data.same || data.failed || data.warnings.length;
      this.sort = attention ? "attention" : data.moving ? "moving" : data.state === "split" ? "done" : "gone";
      this.done = data.state === "split" && !data.moving;
      this._head(data.name, data.size, data.url, data.stateLabel, data.tone);
      const live = data.state === "received" || data.state === "split";
      let count = "";
      if (!live) count = data.inside;
      else if (data.made && data.made < total) count = say(words.pagesOf, { count: data.made, total });
      else if (data.made && data.moving) count = say(words.readOf, { count: data.read + data.failed, total });
      else if (total) count = total === 1 ? words.onePage : say(words.pages, { count: total });
      this._bar(live && total ? (data.read + data.failed) / total : 0, live && total ? data.made / total : 0, count);
      this.bar.hidden = !live;
      const same = data.same || { text: "", url: "" };
      this._trouble(data.problem || same.text, data.remedy, data.warnings.join(" "), same.url);
      this._acts(data.acts, data.name);
      this._pages(data);
    }

    _head(name, size, url, label, tone) {
      put(this.title, name);
      if (url) this.title.href = url;
      else this.title.removeAttribute("href");
      put(this.size, size);
      put(this.state, label);
      this.state.className = `state state--${tone}`;
      this.bar.setAttribute("aria-label", name);
    }

    _bar(read, made, count) {
      this.read.style.width = `${read * 100}%`;
      this.made.style.width = `${made * 100}%`;
      this.bar.setAttribute("aria-valuenow", String(Math.round((read || made) * 100)));
      put(this.count, count);
    }

    _trouble(what, todo, warnings, url) {
      put(this.what, what || "");
      put(this.todo, [todo, warnings].filter(Boolean).join(" "));
      put(this.other, url ? this.words.seeOther : "");
      if (url) this.other.href = url;
      this.problem.hidden = !(what || todo || warnings);
      this.problem.classList.toggle("file__problem--mild", !what);
    }

    _acts(acts, name) {
      const wanted = acts.join(" ");
      if (wanted === this.acts) return;
      this.acts = wanted;
      const focused = this.buttons.contains(document.activeElement);
      this.buttons.replaceChildren(
        ...acts.map((act) => {
          const button = make("button", "button button-small button-secondary", this.words[act]);
          button.type = "button";
          button.setAttribute("aria-label", `${this.words[act]}: ${name}`);
          button.addEventListener("click", () => this.onAct(act, this, button));
          return button;
        }),
      );
      if (focused && this.buttons.firstChild) this.buttons.firstChild.focus();
    }

    _pages(data) {
      if (data.pages.length < this.shown || !data.pages.length) {
        this.pages.replaceChildren();
        this.shown = 0;
      }
      for (const page of data.pages.slice(this.shown)) this.pages.append(this._thumb(page));
      this.shown = data.pages.length;
      data.pages.forEach((page, index) => this.pages.children[index].setAttribute("data-state", page.state));
      if (this.more) this.more.remove();
      this.more = null;
      if (data.morePages) {
        this.more = make("li", "file__more", say(this.words.morePages, { count: data.morePages }));
        this.pages.append(this.more);
      }
      this.pages.hidden = !data.pages.length;
    }

    _thumb(page) {
      const item = make("li");
      const link = item.appendChild(make(page.url ? "a" : "span", "thumb"));
      if (page.url) link.href = page.url;
      const image = link.appendChild(make("img"));
      image.loading = "lazy";
      image.decoding = "async";
      image.alt = say(this.words.page, { number: page.n });
      image.width = 64;
      image.height = 90;
      if (page.thumb) image.src = page.thumb;
      link.append(make("span", "thumb__number figure", String(page.n)));
      return item;
    }
  }

  window.Intake = { Row, say, make, put, figures };
})();
