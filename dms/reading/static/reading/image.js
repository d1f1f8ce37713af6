/* The page's image in OpenSeadragon, and the boxes over it. Knows nothing of pages, hits or addresses.

Boxes come in pixels of the capture; the overlay is one SVG group that takes them through pan, zoom and turn at once. */

const SVG = "http://www.w3.org/2000/svg";
const MARGIN = 24;

export class PageImage {
  constructor(element, { onPoint }) {
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.viewer = window.OpenSeadragon({
      element,
      drawer: "canvas",
      showNavigationControl: false,
      keyboardNavEnabled: false,
      animationTime: still ? 0 : 0.35,
      visibilityRatio: 0.5,
      minZoomImageRatio: 0.7,
      maxZoomPixelRatio: 3,
      zoomPerScroll: 1.2,
      gestureSettingsMouse: { clickToZoom: false, dblClickToZoom: true },
      gestureSettingsTouch: { clickToZoom: false, dblClickToZoom: true, pinchRotate: false },
      gestureSettingsPen: { clickToZoom: false, dblClickToZoom: true },
    });
    this.size = { width: 1, height: 1 };
    this.layers = {};
    this.whole = true; // the page is shown as a whole, and stays so when the window changes
    this.buildOverlay();
    this.viewer.addHandler("canvas-key", (event) => { event.preventDefaultAction = true; });
    this.viewer.addHandler("canvas-click", (event) => {
      if (event.quick) onPoint(this.capturePoint(event.position));
    });
    for (const name of ["canvas-drag", "canvas-scroll", "canvas-pinch", "canvas-double-click"]) {
      this.viewer.addHandler(name, () => { this.whole = false; });
    }
    this.viewer.addHandler("after-resize", () => { if (this.whole) this.fit(true); });
    for (const name of ["update-viewport", "open", "resize", "rotate"]) this.viewer.addHandler(name, () => this.place());
  }

  buildOverlay() {
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("class", "reader__overlay");
    this.svg.setAttribute("aria-hidden", "true");
    this.group = document.createElementNS(SVG, "g");
    this.svg.append(this.group);
    for (const name of ["line", "hits", "hit"]) {
      this.layers[name] = document.createElementNS(SVG, "g");
      this.layers[name].setAttribute("class", `reader__boxes reader__boxes--${name}`);
      this.group.append(this.layers[name]);
    }
    this.viewer.canvas.append(this.svg);
  }

  /* Show the image at `url` (a blob's), of a capture of `size`, turned clockwise by `turn` degrees, as a whole. */
  open(url, size, turn) {
    this.clear();
    return new Promise((resolve, reject) => {
      const viewer = this.viewer;
      const done = () => { viewer.removeHandler("open-failed", failed); resolve(); };
      const failed = () => { viewer.removeHandler("open", done); reject(new Error("open")); };
      viewer.addOnceHandler("open", () => {
        this.size = size;
        viewer.viewport.setRotation(turn, true);
        this.fit(true);
        this.place();
        done();
      });
      viewer.addOnceHandler("open-failed", failed);
      viewer.open({ tileSource: { type: "image", url, buildPyramid: true } });
    });
  }

  close() {
    this.clear();
    this.viewer.close();
  }

  clear() {
    for (const name of Object.keys(this.layers)) this.draw(name, []);
  }

  /* Put `boxes` on the layer "line", "hits" or "hit", in place of what was there. */
  draw(name, boxes) {
    const pad = this.size.width / 600;
    this.layers[name].replaceChildren(...boxes.map(([x0, y0, x1, y1]) => {
      const rect = document.createElementNS(SVG, "rect");
      rect.setAttribute("x", x0 - pad);
      rect.setAttribute("y", y0 - pad);
      rect.setAttribute("width", x1 - x0 + 2 * pad);
      rect.setAttribute("height", y1 - y0 + 2 * pad);
      rect.setAttribute("rx", pad);
      return rect;
    }));
  }

  place() {
    const viewport = this.viewer.viewport;
    if (!viewport || !this.viewer.isOpen()) return;
    const origin = viewport.pixelFromPoint(new window.OpenSeadragon.Point(0, 0), true);
    const scale = (viewport.getContainerSize().x * viewport.getZoom(true)) / this.size.width;
    const turn = viewport.getRotation(true);
    this.group.setAttribute("transform", `translate(${origin.x} ${origin.y}) rotate(${turn}) scale(${scale})`);
  }

  capturePoint(position) {
    if (!this.viewer.isOpen()) return { x: -1, y: -1 };
    const point = this.viewer.viewport.pointFromPixel(position, true);
    return { x: point.x * this.size.width, y: point.y * this.size.width };
  }

  /* Move the image just so far that the box can be seen. */
  reveal([x0, y0, x1, y1]) {
    if (!this.viewer.isOpen()) return;
    const { Point } = window.OpenSeadragon;
    const viewport = this.viewer.viewport;
    const whole = viewport.getContainerSize();
    const corners = [[x0, y0], [x1, y1]].map(([x, y]) =>
      viewport.pixelFromPoint(new Point(x / this.size.width, y / this.size.width), false));
    const seen = corners.every(({ x, y }) =>
      x >= MARGIN && y >= MARGIN && x <= whole.x - MARGIN && y <= whole.y - MARGIN);
    if (!seen) {
      this.whole = false;
      viewport.panTo(new Point((x0 + x1) / 2 / this.size.width, (y0 + y1) / 2 / this.size.width));
      viewport.applyConstraints();
    }
  }

  turnTo(degrees) {
    if (!this.viewer.isOpen()) return;
    this.viewer.viewport.setRotation(degrees);
    this.fit();
  }

  zoom(factor) {
    if (!this.viewer.isOpen()) return;
    this.whole = false;
    this.viewer.viewport.zoomBy(factor);
    this.viewer.viewport.applyConstraints();
  }

  fit(immediately = false) {
    this.whole = true;
    if (this.viewer.isOpen()) this.viewer.viewport.goHome(immediately);
  }

  pan(x, y) {
    if (!this.viewer.isOpen()) return;
    this.whole = false;
    const viewport = this.viewer.viewport;
    viewport.panBy(viewport.deltaPointsFromPixels(new window.OpenSeadragon.Point(x, y)));
    viewport.applyConstraints();
  }
}
